import { setTimeout as delay } from 'node:timers/promises';
import { codeBuilds } from '../aws/builds.ts';
import { ecsServices } from '../aws/container-services.ts';
import { ssmParameters } from '../aws/parameters.ts';
import { codePipelines } from '../aws/pipelines.ts';
import { ecsDeployments } from '../aws/service-deployments.ts';
import { cancellation } from '../github/runner.ts';
import { ecrRepository } from '../image/repository.ts';
import { SERVICE_REPOSITORY_PARAMETER } from '../image/settings.ts';
import type { Log } from '../log.ts';
import { runCommand } from '../process.ts';
import { changedInImage } from './image-files.ts';
import { ssmServiceTarget } from './targets.ts';

/**
 * What a release needs of AWS and of this machine, in a workflow or on a laptop.
 *
 * @param folder the clone
 */
export function releaseDeps(folder: string, log: Log) {
  return {
    findService: ssmServiceTarget(),
    pipelines: codePipelines(),
    builds: codeBuilds(),
    deployments: ecsDeployments(),
    services: ecsServices(),
    images: async () => ecrRepository(await ssmParameters().get(SERVICE_REPOSITORY_PARAMETER)),
    changedInImage: (from: string, to: string) => changedInImage(runCommand, folder, from, to),
    log,
    now: Date.now,
    sleep: (ms: number, signal?: AbortSignal) => delay(ms, undefined, { signal }),
    signal: cancellation(),
    region: process.env['AWS_REGION'] ?? '',
  };
}
