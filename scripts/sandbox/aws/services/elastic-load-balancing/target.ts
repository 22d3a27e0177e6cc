import { get } from 'node:http';
import type { TargetHealth } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Pace } from '../pace.ts';
import type { GroupConfig } from './configuration.ts';

/** Checks closer than this would be most of what the machine does. */
const MIN_INTERVAL_MS = 200;
/** A timeout is about a machine that works, not one that waits, and this one is busy. */
const MIN_TIMEOUT_MS = 2_000;

/** One target of a group: its health, and whether it still takes requests. */
export class Target {
  readonly id: string;
  readonly port: number;
  readonly #pace: Pace;
  #config: GroupConfig;
  #health: TargetHealth = {
    State: 'initial',
    Reason: 'Elb.RegistrationInProgress',
    Description: 'Target registration is in progress',
  };
  #successes = 0;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #end = new AbortController();

  constructor(id: string, port: number, config: GroupConfig, pace: Pace) {
    this.id = id;
    this.port = port;
    this.#config = config;
    this.#pace = pace;
  }

  get health(): TargetHealth {
    if (this.#health.State === 'draining' || this.#config.balancerArns.length > 0) return this.#health;
    return {
      State: 'unused',
      Reason: 'Target.NotInUse',
      Description: 'Target group is not configured to receive traffic from the load balancer',
    };
  }

  /** Takes over what may have changed, and begins with the checks once the group is in use. */
  configure(config: GroupConfig): void {
    this.#config = config;
    const used = config.balancerArns.length > 0;
    if (used && this.#timer === undefined && this.#health.State !== 'draining') this.#schedule(0);
  }

  /** No new requests; those that it has go on. Resolves when its time for them is over. */
  async drain(): Promise<void> {
    this.#health = {
      State: 'draining',
      Reason: 'Target.DeregistrationInProgress',
      Description: 'Target deregistration is in progress',
    };
    this.#stopChecks();
    await this.#pace.wait(this.#config.deregistrationDelayMs, this.#end.signal).catch(() => undefined);
  }

  end(): void {
    this.#end.abort();
    this.#stopChecks();
  }

  #stopChecks(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(milliseconds: number): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#check(), milliseconds);
    this.#timer.unref();
  }

  async #check(): Promise<void> {
    const { healthCheck } = this.#config;
    const outcome = await this.#ask();
    if (this.#end.signal.aborted || this.#health.State === 'draining') return;
    if (outcome === undefined) {
      this.#failures = 0;
      this.#successes += 1;
      // A new target is believed at its first good answer.
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
      if (this.#health.State === 'initial' || this.#successes >= healthCheck.healthyThreshold) {
        this.#health = { State: 'healthy' };
      }
    } else {
      this.#successes = 0;
      this.#failures += 1;
      if (this.#failures >= healthCheck.unhealthyThreshold) this.#health = { State: 'unhealthy', ...outcome };
    }
    this.#schedule(Math.max(MIN_INTERVAL_MS, this.#pace.toReal(healthCheck.intervalMs)));
  }

  /** What is wrong; `undefined` if nothing is. */
  #ask(): Promise<Pick<TargetHealth, 'Reason' | 'Description'> | undefined> {
    const { path, port, matcher, timeoutMs } = this.#config.healthCheck;
    return new Promise((resolve) => {
      const request = get({
        host: this.id,
        port: port === 'traffic-port' ? this.port : Number(port),
        path,
        headers: { 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
        timeout: Math.max(MIN_TIMEOUT_MS, this.#pace.toReal(timeoutMs)),
        agent: false,
      });
      request.on('response', (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        resolve(
          matches(matcher, status)
            ? undefined
            : {
                Reason: 'Target.ResponseCodeMismatch',
                Description: `Health checks failed with these codes: [${status}]`,
              },
        );
      });
      request.on('timeout', () => {
        request.destroy();
        resolve({ Reason: 'Target.Timeout', Description: 'Request timed out' });
      });
      request.on('error', () => resolve({ Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' }));
    });
  }
}

/** `200`, `200,202` or `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return status >= from && status <= to;
  });
}
