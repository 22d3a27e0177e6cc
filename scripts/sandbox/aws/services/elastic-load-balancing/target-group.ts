import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Pace } from '../pace.ts';
import type { GroupConfig } from './configuration.ts';
import { Target } from './target.ts';

/** A target group at work: who is in it, who can take a request. */
export class TargetGroup {
  readonly #pace: Pace;
  readonly #targets = new Map<string, Target>();
  readonly #draining = new Set<Target>();
  #config: GroupConfig;
  #turn = 0;

  constructor(config: GroupConfig, pace: Pace) {
    this.#config = config;
    this.#pace = pace;
    this.configure(config);
  }

  get config(): GroupConfig {
    return this.#config;
  }

  configure(config: GroupConfig): void {
    this.#config = config;
    const wanted = new Map(config.targets.map(({ id, port }) => [`${id}:${port}`, { id, port }]));
    for (const [key, target] of this.#targets) {
      if (wanted.has(key)) continue;
      this.#targets.delete(key);
      this.#draining.add(target);
      void target.drain().then(() => this.#draining.delete(target));
    }
    for (const [key, { id, port }] of wanted) {
      if (!this.#targets.has(key)) this.#targets.set(key, new Target(id, port, config, this.#pace));
    }
    for (const target of this.#targets.values()) target.configure(config);
  }

  /** The next in turn that is healthy; where none is, any: better a request that may fail than one that must. */
  next(): Target | undefined {
    const all = [...this.#targets.values()];
    const healthy = all.filter(({ health }) => health.State === 'healthy');
    const open = healthy.length > 0 ? healthy : all;
    this.#turn += 1;
    return open[this.#turn % open.length];
  }

  count(state: 'healthy' | 'unhealthy'): number {
    return [...this.#targets.values()].filter(({ health }) => health.State === state).length;
  }

  describe(): readonly TargetHealthDescription[] {
    return [...this.#targets.values(), ...this.#draining].map(({ id, port, health }) => ({
      Target: { Id: id, Port: port },
      HealthCheckPort: String(port),
      TargetHealth: health,
    }));
  }

  end(): void {
    for (const target of [...this.#targets.values(), ...this.#draining]) target.end();
  }
}
