import type { Builds } from '../aws/builds.ts';
import type { ContainerServices } from '../aws/container-services.ts';
import type { ServiceTarget } from '../aws/deploy-targets.ts';
import { isOver, type Pipelines } from '../aws/pipelines.ts';
import type { ImageRepository } from '../image/repository.ts';
import { differences } from './definition.ts';
import { lookUpRunning, type Running } from './running.ts';

/** Whether a release of a commit would change what runs, and why: one sentence. */
export interface Need {
  readonly needed: boolean;
  readonly why: string;
}

export interface NeedDeps {
  readonly services: ContainerServices;
  readonly images: Pick<ImageRepository, 'uri' | 'find' | 'tags'>;
  readonly builds: Pick<Builds, 'project'>;
  readonly pipelines: Pick<Pipelines, 'executions'>;
  /** The files that differ between two commits and make another image; `undefined` if that is not known. */
  readonly changedInImage: (from: string, to: string) => Promise<readonly string[] | undefined>;
}

const MOST_SHOWN = 3;

/** What a merge has to do about the service, from what runs and not from what was done before. */
export async function needOf(target: ServiceTarget | undefined, commit: string, deps: NeedDeps): Promise<Need> {
  if (target === undefined) return no('the environment has no service yet, and the first apply brings one up');
  const going = (await deps.pipelines.executions(target.pipeline)).find((execution) => !isOver(execution));
  if (going !== undefined) return yes(`a release is going on (${going.id}), so what will run is not known`);
  const running = await lookUpRunning(target, deps);
  if (running === undefined) return yes('the service runs nothing yet');
  const project = await deps.builds.project(target.build_project);
  if (project === undefined) return yes(`there is no build project ${target.build_project} that says what a task is`);
  const changed = differences(project.variables, running.taskDefinition);
  if (changed.length > 0) return yes(`the task definition is another than ${running.name}: ${listed(changed)}`);
  return imageNeed(running, commit, deps);
}

async function imageNeed(running: Running, commit: string, { images, changedInImage }: NeedDeps): Promise<Need> {
  const { digest, commits } = running;
  const runsIt = commits.includes(commit) || (digest !== undefined && (await images.find(commit))?.digest === digest);
  if (runsIt) return no(`the very image of ${short(commit)} runs, with the same task definition`);
  const [from] = commits;
  if (from === undefined) return yes(`what runs (${running.image}) is the image of no commit`);
  const files = await changedInImage(from, commit);
  if (files === undefined) return yes(`git does not know both ${short(from)}, which runs, and ${short(commit)}`);
  if (files.length === 0) {
    return no(`the image of ${short(from)} runs, and ${short(commit)} makes it of the same files`);
  }
  return yes(`the image of ${short(from)} runs, and since then there changed ${listed(files)}`);
}

export function short(commit: string): string {
  return commit.slice(0, 7);
}

/** The first ones, and how many more. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_SHOWN).join(', ');
  return names.length > MOST_SHOWN ? `${shown} and ${names.length - MOST_SHOWN} more` : shown;
}

const yes = (why: string): Need => ({ needed: true, why });
const no = (why: string): Need => ({ needed: false, why });
