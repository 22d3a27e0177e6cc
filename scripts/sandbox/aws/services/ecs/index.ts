import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import type { ServiceContext } from '../context.ts';
import { answerJson, refusing } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { Addresses } from './addresses.ts';
import { describeClusters, refuseUsedCluster } from './clusters.ts';
import { Guard } from '../../../guard.ts';
import { pulledOnce, type UnpackImage } from './images.ts';
import { Names } from './names.ts';
import { Neighbours } from './neighbours.ts';
import type { EcsState } from './records.ts';
import { Scheduler } from './scheduler.ts';
import { serviceOperations } from './service-operations.ts';
import { isOurs, tagOperations } from './tag-operations.ts';
import { taskOperations } from './task-operations.ts';
import { taskSetOperations } from './task-set-operations.ts';
import { Tasks } from './tasks.ts';
import { Views } from './views.ts';

export type { ImageConfig, UnpackImage } from './images.ts';

/** A start takes the time that it takes, whatever the pace: so long, a health check may fail. */
const START_MS = 15_000;

export interface EcsOptions {
  readonly unpackImage: UnpackImage;
  /** Default: 15 s. */
  readonly startMs?: number;
}

/**
 * Amazon ECS whose services run: clusters, task definitions and all else are the emulator's; services, task sets and tasks are
 * ours, each task a process on this machine with an address of its own.
 */
export function ecsService(context: ServiceContext, { unpackImage, startMs = START_MS }: EcsOptions): SandboxService {
  const { value: state } = context.stores.open<EcsState>('ecs', { services: {}, tasks: {} });
  const names = new Names(context.region);
  const neighbours = new Neighbours(context);
  const guard = new Guard();
  const addresses = new Addresses(context.folder('ecs'));
  const changed = (): void => scheduler.poke();
  const tasks = new Tasks(state, names, {
    context,
    neighbours,
    addresses,
    guard,
    unpackImage: pulledOnce(unpackImage),
    startMs,
    changed,
  });
  const scheduler = new Scheduler(context, state, neighbours, tasks, startMs);
  const views = new Views(state, names);
  const parts = { state, names, neighbours, scheduler, views, tasks };
  const operations = { ...serviceOperations(parts), ...taskSetOperations(parts), ...taskOperations(parts) };
  const tags = tagOperations(state);

  const handle = async (request: ServiceRequest): Promise<ServiceResponse | undefined> => {
    if (Object.hasOwn(operations, request.action)) return answerJson(request, operations);
    if (Object.hasOwn(tags, request.action)) {
      const body = (await request.body()).toString('utf8');
      const resourceArn: unknown = /"resourceArn"\s*:\s*"([^"]*)"/.exec(body)?.[1];
      return isOurs(resourceArn) ? answerJson(request, tags) : undefined;
    }
    if (request.action === 'DescribeClusters') return describeClusters(request, state);
    if (request.action === 'DeleteCluster') {
      return refusing(request, async () => {
        await refuseUsedCluster(request, state, names);
        return request.forward();
      });
    }
    return undefined;
  };

  return {
    handlers: [{ service: 'ecs', handle }],
    start: async () => {
      await tasks.buryOld();
      scheduler.start();
    },
    close: async () => {
      await scheduler.close();
      await tasks.close();
      await guard.close();
      neighbours.close();
    },
  };
}
