import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { clientOptions, type ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { Engine } from './engine.ts';
import { autoscalingOperations } from './operations.ts';
import type { AutoscalingState } from './records.ts';

/** Application Auto Scaling for services of ECS: target tracking scales them, step scaling is kept and does nothing. */
export function autoscalingService(context: ServiceContext): SandboxService {
  const { value: state } = context.stores.open<AutoscalingState>('autoscaling', { targets: {} });
  const ecs = new ECSClient(clientOptions(context));
  const cloudWatch = new CloudWatchClient(clientOptions(context));
  const engine = new Engine(context, state, ecs, cloudWatch);
  const operations = autoscalingOperations({ region: context.region, state, engine, cloudWatch });
  return {
    handlers: [{ service: 'application-autoscaling', handle: (request) => answerJson(request, operations) }],
    start: async () => engine.start(),
    close: async () => {
      await engine.close();
      ecs.destroy();
      cloudWatch.destroy();
    },
  };
}
