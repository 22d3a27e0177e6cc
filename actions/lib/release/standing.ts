import type { Builds } from '../aws/builds.ts';
import type { ContainerServices } from '../aws/container-services.ts';
import type { ServiceTarget } from '../aws/deploy-targets.ts';
import { isOver, type Pipelines } from '../aws/pipelines.ts';
import type { ImageRepository } from '../image/repository.ts';
import { differences } from './definition.ts';
import { listed, short } from './need.ts';
import { lookUpRunning } from './running.ts';

/** How what the service runs stands to what was released. */
export interface ServiceStanding {
  /** `releasing`: nobody can say until that has ended. */
  readonly kind: 'as-released' | 'releasing' | 'differs';
  /** What runs, such as `rest-api-test:7`; or that nothing does. */
  readonly runs: string;
  /** Its commit, if its image has one. */
  readonly runningCommit?: string;
  /** What a release would have to bring back; absent if no commit was ever released and what runs has none. */
  readonly commit?: string;
  /** What differs, one phrase each, without values. */
  readonly differs: readonly string[];
}

export interface StandingDeps {
  readonly services: ContainerServices;
  readonly images: Pick<ImageRepository, 'uri' | 'find' | 'tags'>;
  readonly builds: Pick<Builds, 'project'>;
  readonly pipelines: Pick<Pipelines, 'executions'>;
}

/**
 * Holds what runs against git: the image against the commit that was last released (where none was, against the commit that the image
 * itself is of), the task definition against what a release would register now.
 *
 * @param released the commit of the last release that went through
 */
export async function standingOf(
  target: ServiceTarget,
  released: string | undefined,
  deps: StandingDeps,
): Promise<ServiceStanding> {
  const running = await lookUpRunning(target, deps);
  const runs = running === undefined ? 'nothing' : running.name;
  const own = running?.commits.find((commit) => commit === released) ?? running?.commits[0];
  const commit = released ?? own;
  const known = {
    runs,
    ...(own === undefined ? {} : { runningCommit: own }),
    ...(commit === undefined ? {} : { commit }),
  };
  // Looked at after what runs: one that has begun in between is seen.
  const going = (await deps.pipelines.executions(target.pipeline)).find((execution) => !isOver(execution));
  if (going !== undefined) return { ...known, kind: 'releasing', differs: [] };
  if (running === undefined) return { ...known, kind: 'differs', differs: ['nothing runs'] };
  const project = await deps.builds.project(target.build_project);
  if (project === undefined) throw new Error(`There is no build project ${target.build_project}.`);
  const definition = differences(project.variables, running.taskDefinition);
  const differs = [
    ...imageDifference(running.image, own, released),
    ...(definition.length === 0 ? [] : [`the task definition differs in ${listed(definition)}`]),
  ];
  return { ...known, kind: differs.length === 0 ? 'as-released' : 'differs', differs };
}

function imageDifference(image: string, own: string | undefined, released: string | undefined): readonly string[] {
  if (own === undefined) return [`the image ${image} is of no commit`];
  if (released === undefined || own === released) return [];
  return [`the image of ${short(own)} runs, and ${short(released)} was released last`];
}
