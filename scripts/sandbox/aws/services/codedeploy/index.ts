import type { ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { applicationOperations } from './applications.ts';
import { AwsNeighbours } from './aws-neighbours.ts';
import { configOperations } from './config-operations.ts';
import { deploymentOperations } from './deployments.ts';
import { EcsPlatform } from './ecs/index.ts';
import { Engine } from './engine.ts';
import { groupOperations } from './groups.ts';
import { LambdaPlatform } from './lambda/index.ts';
import type { EcsNeighbours, LambdaNeighbours } from './neighbours.ts';
import { LIMITS, type Limits, type Platforms } from './platform.ts';
import type { State } from './records.ts';

export interface CodedeployOptions {
  /** What it asks of other services. Default: by the SDK. */
  readonly neighbours?: EcsNeighbours;
  /** The same for deployments to Lambda. Whether alarms fire is asked of the one above. */
  readonly lambda?: LambdaNeighbours;
  readonly limits?: Limits;
}

/** CodeDeploy: applications and groups of every kind, and deployments to ECS and Lambda that really shift traffic. */
export function codedeployService(context: ServiceContext, options: CodedeployOptions = {}): SandboxService {
  const state = context.stores.open<State>('codedeploy', { applications: {}, configs: {}, deployments: {} }).value;
  const clients = new AwsNeighbours(context);
  const { neighbours = clients, lambda = clients, limits = LIMITS } = options;
  const platforms: Platforms = {
    ECS: new EcsPlatform(context, neighbours),
    Lambda: new LambdaPlatform(context, lambda),
  };
  const engine = new Engine({ context, state, neighbours, platforms, limits });
  const operations = {
    ...applicationOperations(state, context.region),
    ...groupOperations(state),
    ...configOperations(state),
    ...deploymentOperations({ state, engine, platforms }),
  };
  return {
    handlers: [{ service: 'codedeploy', handle: (request) => answerJson(request, operations) }],
    start: () => engine.resume(),
    close: async () => {
      await engine.close();
      clients.close();
    },
  };
}
