import type { ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { applicationOperations } from './applications.ts';
import { deploymentOperations } from './deployments.ts';
import { Engine } from './engine.ts';
import { AwsNeighbours } from './neighbours.ts';
import type { State } from './records.ts';

/** CodeDeploy: applications and groups of every kind, and deployments to ECS that really shift traffic. */
export function codedeployService(context: ServiceContext): SandboxService {
  const state = context.stores.open<State>('codedeploy', { applications: {}, configs: {}, deployments: {} }).value;
  const neighbours = new AwsNeighbours(context);
  const engine = new Engine(context, state, neighbours);
  const operations = {
    ...applicationOperations(state, context.region),
    ...deploymentOperations({ state, region: context.region, engine, neighbours }),
  };
  return {
    handlers: [{ service: 'codedeploy', handle: (request) => answerJson(request, operations) }],
    start: () => engine.resume(),
    close: async () => {
      await engine.close();
      neighbours.close();
    },
  };
}
