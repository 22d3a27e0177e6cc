import { ApiError, created, found, ok, page, type Handlers } from '../answers.ts';
import { addDeployment, addDeploymentStatus } from '../deployment-records.ts';
import { repoApi, type Hub } from '../hub.ts';
import { type Linked, appObject, nodeId, userObject } from '../objects.ts';
import type { DeploymentRecord, DeploymentStatusRecord } from '../records.ts';

export function deployments(hub: Hub): Handlers {
  const { store } = hub;
  const one = (id: number): DeploymentRecord => found(store.state.deployments.find((entry) => entry.id === id));

  return {
    'repos/create-deployment': async ({ body, actor }) => {
      const sha = await hub.git.resolve(body.ref);
      if (sha === undefined) throw new ApiError(422, `No ref found for: ${body.ref}`);
      const { ref, task = 'deploy', environment = 'production', payload = {} } = body;
      const record = addDeployment(store, {
        ...{ sha, ref, task, payload, environment, description: body.description ?? null },
        transient_environment: body.transient_environment ?? false,
        production_environment: body.production_environment ?? environment === 'production',
        creator: actor.login,
      });
      return created(deploymentObject(hub, record));
    },
    'repos/get-deployment': ({ path }) => ok(deploymentObject(hub, one(path.deployment_id))),
    'repos/list-deployments': ({ query, url }) => {
      // In the description, "none" stands for no filter.
      const wanted = (['sha', 'ref', 'task', 'environment'] as const).filter(
        (key) => (query[key] ?? 'none') !== 'none',
      );
      const listed = store.state.deployments.filter((entry) => wanted.every((key) => entry[key] === query[key]));
      return page({ query, url }, listed.toReversed(), (entry) => deploymentObject(hub, entry));
    },
    'repos/create-deployment-status': ({ path, body, actor }) => {
      const deployment = one(path.deployment_id);
      const { state, description = '', environment = deployment.environment, environment_url = '' } = body;
      const log_url = [body.log_url, body.target_url].find(Boolean) ?? '';
      const said = { creator: actor.login, state, description, environment, environment_url, log_url };
      const status = addDeploymentStatus(store, deployment, said, body.auto_inactive !== false);
      return created(statusObject(hub, deployment, status));
    },
    'repos/list-deployment-statuses': ({ path, query, url }) => {
      const deployment = one(path.deployment_id);
      return page({ query, url }, deployment.statuses.toReversed(), (status) => statusObject(hub, deployment, status));
    },
  };
}

function deploymentObject(hub: Hub, { statuses, creator, ...record }: DeploymentRecord): Linked {
  const url = `${repoApi(hub)}/deployments/${record.id}`;
  const times = { updated_at: statuses.at(-1)?.updated_at ?? record.updated_at };
  return {
    ...record,
    ...{ url, statuses_url: `${url}/statuses`, repository_url: repoApi(hub), ...times },
    ...{ node_id: nodeId('Deployment', record.id), original_environment: record.environment },
    ...{ creator: userObject(hub, creator), performed_via_github_app: appObject(hub, creator) },
  };
}

function statusObject(hub: Hub, deployment: DeploymentRecord, status: DeploymentStatusRecord): Linked {
  const deployment_url = `${repoApi(hub)}/deployments/${deployment.id}`;
  return {
    ...status,
    ...{ url: `${deployment_url}/statuses/${status.id}`, deployment_url, repository_url: repoApi(hub) },
    ...{ node_id: nodeId('DeploymentStatus', status.id), target_url: status.log_url },
    ...{ creator: userObject(hub, status.creator), performed_via_github_app: appObject(hub, status.creator) },
  };
}
