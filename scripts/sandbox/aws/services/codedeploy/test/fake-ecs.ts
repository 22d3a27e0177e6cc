import type { S3Location } from '@aws-sdk/client-codedeploy';
import type { Service, TaskSet } from '@aws-sdk/client-ecs';
import type { AppSpec } from '../ecs/appspec.ts';
import type { Weights } from '../ecs/listeners.ts';
import type { EcsNeighbours, Place } from '../neighbours.ts';

export const BLUE = 'arn:blue';
export const GREEN = 'arn:green';

/** What a hook's function is called with. */
export interface HookCall {
  readonly DeploymentId?: string;
  readonly LifecycleEventHookExecutionId?: string;
}

/** One service behind two listeners, as ECS and a load balancer would have it. Task sets are steady at once unless a test says so. */
export class FakeEcs implements EcsNeighbours {
  /** Everything that was changed, in its order. */
  readonly log: string[] = [];
  /** The share of green in production, each time it changed, and when. */
  readonly shares: { readonly percent: number; readonly at: number }[] = [];
  readonly listeners: Record<string, Weights> = { production: { [BLUE]: 100 }, test: { [BLUE]: 100 } };
  readonly alarms = new Set<string>();
  readonly objects = new Map<string, string>();
  readonly specs: AppSpec[] = [];
  sets: TaskSet[] = [set('ecs-svc/1', 'PRIMARY', BLUE)];
  steady = true;
  reasons: readonly string[] = [];
  alarmsReadable = true;
  /** In place of the functions of hooks. */
  onInvoke: (functionName: string, call: HookCall) => Promise<void> = async () => undefined;
  /** Before a change; a test may hold it up here. */
  onChange: (change: string) => Promise<void> = async () => undefined;

  async service({ cluster, service }: Place): Promise<Service | undefined> {
    if (cluster !== 'c' || service !== 'web') return undefined;
    return { status: 'ACTIVE', taskSets: structuredClone(this.sets) };
  }

  async createTaskSet(_: Place, spec: AppSpec, targetGroupArn: string, externalId: string): Promise<string> {
    await this.#change(`create ${spec.taskDefinition} behind ${targetGroupArn}`);
    this.specs.push(spec);
    const id = `ecs-svc/${this.specs.length + 1}`;
    this.sets.push({ ...set(id, 'ACTIVE', targetGroupArn), externalId, taskDefinition: spec.taskDefinition });
    return id;
  }

  async taskSet(_: Place, id: string): Promise<TaskSet | undefined> {
    const found = this.sets.find((one) => one.id === id);
    if (found === undefined) return undefined;
    return { ...found, stabilityStatus: this.steady ? 'STEADY_STATE' : 'STABILIZING' };
  }

  async stoppedReasons(): Promise<readonly string[]> {
    return this.reasons;
  }

  async setPrimary(_: Place, id: string): Promise<void> {
    await this.#change(`primary ${id}`);
    this.sets = this.sets.map((one) => ({ ...one, status: one.id === id ? 'PRIMARY' : 'ACTIVE' }));
  }

  async deleteTaskSet(_: Place, id: string): Promise<void> {
    await this.#change(`delete ${id}`);
    this.sets = this.sets.filter((one) => one.id !== id);
  }

  async targetGroupArn(name: string): Promise<string> {
    return `arn:${name}`;
  }

  async forward(listener: string, pair: readonly string[], weights: Weights): Promise<number> {
    const before = this.listeners[listener] ?? {};
    if (!Object.keys(before).some((group) => pair.includes(group))) return 0;
    await this.#change(`${listener} ${JSON.stringify(weights)}`);
    this.listeners[listener] = weights;
    const percent = weights[GREEN] ?? 0;
    if (listener === 'production') this.shares.push({ percent, at: performance.now() });
    return 1;
  }

  async firing(names: readonly string[]): Promise<readonly string[]> {
    if (!this.alarmsReadable) throw new Error('CloudWatch is away');
    return names.filter((name) => this.alarms.has(name));
  }

  async invoke(functionName: string, payload: object): Promise<void> {
    this.log.push(`invoke ${functionName}`);
    await this.onInvoke(functionName, payload);
  }

  async readObject({ bucket, key }: S3Location): Promise<string> {
    const found = this.objects.get(`${bucket}/${key}`);
    if (found === undefined) throw new Error('NoSuchKey');
    return found;
  }

  primary(): string | undefined {
    return this.sets.find(({ status }) => status === 'PRIMARY')?.id;
  }

  async #change(what: string): Promise<void> {
    await this.onChange(what);
    this.log.push(what);
  }
}

function set(id: string, status: string, targetGroupArn: string): TaskSet {
  return {
    id,
    status,
    loadBalancers: [{ targetGroupArn }],
    computedDesiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    taskDefinition: 'web:1',
  };
}
