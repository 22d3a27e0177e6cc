import type { Control } from '../front-door.ts';
import type { ServiceHandler } from '../service-request.ts';
import { autoscalingService } from './autoscaling/index.ts';
import { codebuildService } from './codebuild/index.ts';
import { codedeployService } from './codedeploy/index.ts';
import { codepipelineService } from './codepipeline/index.ts';
import { connectionsService } from './connections/index.ts';
import type { ServiceContext } from './context.ts';
import { ecsService } from './ecs/index.ts';
import { loadBalancingService } from './elastic-load-balancing/index.ts';
import { registryService } from './registry/index.ts';
import { runningService } from './running/index.ts';
import type { SandboxService } from './service.ts';

export interface ServicesOptions {
  /** Where git finds the repository of this name (`owner/name`) that a connection leads to. */
  readonly sourceUrl: (fullRepositoryId: string) => string;
  /** What builds need of this machine's environment to reach the outside: proxies, certificates, npm's settings. */
  readonly buildEnv: Readonly<Record<string, string>>;
}

export interface Services {
  readonly handlers: readonly ServiceHandler[];
  readonly controls: readonly Control[];
  /** Once AWS answers. */
  start(): Promise<void>;
  /** Ends all that they started, and saves what they remember. */
  close(): Promise<void>;
}

/** All services of ours, those first that others need. */
export function createServices(context: ServiceContext, options: ServicesOptions): Services {
  const registry = registryService(context);
  const services: readonly SandboxService[] = [
    registry,
    loadBalancingService(context),
    ecsService(context, { unpackImage: registry.unpackImage }),
    autoscalingService(context),
    connectionsService(context),
    codebuildService(context, { env: options.buildEnv }),
    codedeployService(context),
    codepipelineService(context, { sourceUrl: options.sourceUrl }),
    runningService(context),
  ];
  return {
    handlers: services.flatMap(({ handlers }) => handlers),
    controls: services.flatMap(({ controls = [] }) => controls),
    start: async () => {
      for (const service of services) await service.start?.();
    },
    close: async () => {
      const failed: unknown[] = [];
      for (const service of services.toReversed()) {
        // One that fails does not keep the others.
        await service.close?.().catch((error: unknown) => failed.push(error));
      }
      await context.stores.save();
      if (failed.length > 0) throw new AggregateError(failed, 'Not every service could be ended.');
    },
  };
}
