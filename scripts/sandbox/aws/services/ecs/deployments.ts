import {
  primaryOf,
  type EcsState,
  type ServiceRecord,
  type TaskRecord,
  type TaskSetRecord,
  isWanted,
  tasksOf,
} from './records.ts';

/** As RUNNING is reached at once by a process that ends at once: what has run for less proves nothing. */
const SETTLED_MS = 1_000;

/**
 * Whether a task does what it is there for: all health checks and target groups say so. A target group that no listener uses
 * checks nobody, and cannot say no.
 */
export function isHealthy(task: TaskRecord, now: number): boolean {
  return (
    isWanted(task) &&
    task.lastStatus === 'RUNNING' &&
    now - (task.startedAt ?? now) >= SETTLED_MS &&
    task.containers.every(({ healthChecked, healthStatus }) => !healthChecked || healthStatus === 'HEALTHY') &&
    task.targets.every(({ state }) => state === 'healthy' || state === 'unused')
  );
}

/** Decides how many tasks each set of a service should have now. */
export function planSets(state: EcsState, service: ServiceRecord): void {
  if (service.status === 'ACTIVE' && service.controller === 'ECS') {
    planRollingUpdate(state, service);
    return;
  }
  for (const set of service.sets) {
    const runs = service.status === 'ACTIVE' && set.status !== 'DRAINING';
    // Rounded up, as the API reference says of a task set's scale.
    set.wanted = runs ? Math.ceil((service.desiredCount * (set.scale.value ?? 100)) / 100) : 0;
  }
}

/**
 * A rolling update: the new deployment gets as many tasks as `maximumPercent` leaves room for, the old ones lose as many as
 * `minimumHealthyPercent` can do without. No circuit breaker, no alarms, no bake time.
 */
function planRollingUpdate(state: EcsState, service: ServiceRecord): void {
  const now = Date.now();
  const { desiredCount } = service;
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = service.settings.deploymentConfiguration ?? {};
  const most = Math.max(Math.floor((desiredCount * maximumPercent) / 100), 1);
  const fewest = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const primary = primaryOf(service);
  const old = service.sets.filter((set) => set !== primary);
  const tasks = new Map(service.sets.map((set) => [set, tasksOf(state, set).filter(isWanted)]));
  const count = (set: TaskSetRecord): number => tasks.get(set)?.length ?? 0;
  let spare = [...tasks.values()].flat().filter((task) => isHealthy(task, now)).length - fewest;
  for (const set of old) {
    // Those that never came up are no loss.
    const ill = (tasks.get(set) ?? []).filter((task) => !isHealthy(task, now)).length;
    const less = Math.min(Math.max(spare, 0), count(set) - ill);
    spare -= less;
    set.wanted = count(set) - ill - less;
  }
  if (primary === undefined) return;
  const others = old.reduce((sum, set) => sum + count(set), 0);
  primary.wanted = Math.min(desiredCount, Math.max(most - others, count(primary)));
}
