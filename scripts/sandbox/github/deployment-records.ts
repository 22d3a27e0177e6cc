import type { DeploymentRecord, DeploymentStatusRecord } from './records.ts';
import { now, type Store } from './store.ts';

type Blank = 'id' | 'created_at' | 'updated_at' | 'statuses';
type NewStatus = Partial<DeploymentStatusRecord> & { state: string; creator: string };

export function addDeployment(store: Store, deployment: Omit<DeploymentRecord, Blank>): DeploymentRecord {
  const record = { ...deployment, id: store.id(), created_at: now(), updated_at: now(), statuses: [] };
  store.state.deployments.push(record);
  return record;
}

/**
 * As at GitHub, a success retires what was there before: the earlier deployments of the same environment that are neither
 * transient nor production get a new status `inactive`.
 */
export function addDeploymentStatus(
  store: Store,
  to: DeploymentRecord,
  status: NewStatus,
  retire = true,
): DeploymentStatusRecord {
  const add = (deployment: DeploymentRecord, { state, creator, ...rest }: NewStatus): DeploymentStatusRecord => {
    const blank = { description: '', environment: deployment.environment, environment_url: '', log_url: '' };
    const record = { id: store.id(), ...blank, ...rest, state, creator, created_at: now(), updated_at: now() };
    deployment.statuses.push(record);
    return record;
  };
  const added = add(to, status);
  if (status.state !== 'success' || !retire) return added;
  for (const other of store.state.deployments) {
    const permanent = !other.transient_environment && !other.production_environment;
    const earlier = other.id < to.id && other.environment === to.environment;
    if (earlier && permanent && other.statuses.at(-1)?.state === 'success') {
      add(other, { creator: status.creator, state: 'inactive' });
    }
  }
  return added;
}
