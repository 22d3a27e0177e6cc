import type { Builds } from '../../lib/aws/builds.ts';
import type { ContainerServices } from '../../lib/aws/container-services.ts';
import type { Pipelines } from '../../lib/aws/pipelines.ts';
import type { ServiceDeployments } from '../../lib/aws/service-deployments.ts';
import type { Commits } from '../../lib/github/commits.ts';
import type { Releases } from '../../lib/github/deployments.ts';
import type { ImageRepository } from '../../lib/image/repository.ts';
import type { Log } from '../../lib/log.ts';
import type { FollowDeps } from '../../lib/release/follow.ts';
import type { NeedDeps } from '../../lib/release/need.ts';
import type { FindService } from '../../lib/release/targets.ts';

export interface Deps extends Pick<FollowDeps, 'now' | 'sleep' | 'signal'>, Pick<NeedDeps, 'changedInImage'> {
  readonly findService: FindService;
  readonly pipelines: Pipelines;
  readonly builds: Builds;
  readonly deployments: ServiceDeployments;
  readonly services: ContainerServices;
  /** Asked for only where there is a service. */
  readonly images: () => Promise<Pick<ImageRepository, 'uri' | 'find' | 'tags'>>;
  /** Absent without a token, as `releases` is. */
  readonly commits?: Commits;
  readonly releases?: Pick<Releases, 'start' | 'finish'>;
  readonly log: Log;
  readonly writeSummary: (markdown: string) => Promise<void>;
  readonly region: string;
  /** The commit of the run, and the branch that is released. */
  readonly sha: string;
  readonly branch: string;
  readonly runId: string;
  /** Who has started the run. */
  readonly actor: string;
}
