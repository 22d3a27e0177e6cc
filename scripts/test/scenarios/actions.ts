import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT, toolEnv } from '../../tools.ts';
import { start } from '../child.ts';
import { BOT, type World } from './world.ts';

export interface StepEnd {
  readonly ok: boolean;
  /** Standard output, which is the step's log. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface StepOptions {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The pull request of the event; without, it is a push to main. */
  readonly pull?: number;
  readonly runId?: number;
}

/** What a step of a workflow knows of its inputs when the file gives none. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'terraform-plan': {},
  'terraform-review': { digest: '', 'allow-destroy': 'false' },
  'terraform-apply': { 'allow-destroy': 'false', 'pull-requests': '' },
};

/**
 * Runs one of our actions as a runner does, from what is checked out in the world's clone: a process with the inputs, the event and the files
 * that GitHub gives it. For scenarios in which the workflow around it does not matter.
 */
export async function runAction(
  world: World,
  action: 'terraform-plan' | 'terraform-review' | 'terraform-apply',
  { inputs = {}, env = {}, pull, runId = 1 }: StepOptions = {},
): Promise<StepEnd> {
  const { sandbox, clone } = world;
  const folder = await mkdtemp(join(world.folder, 'step-'));
  const files = {
    event: join(folder, 'event.json'),
    summary: join(folder, 'summary.md'),
    output: join(folder, 'output'),
  };
  const repository = { full_name: `${sandbox.owner}/${sandbox.repo}`, default_branch: 'main' };
  const pullRequest = pull === undefined ? {} : { pull_request: { number: pull, head: { repo: repository } } };
  await mkdir(join(folder, 'temp'));
  await writeFile(files.event, JSON.stringify({ repository, ...pullRequest }));
  await writeFile(files.summary, '');
  await writeFile(files.output, '');
  const given = {
    environment: 'test',
    'working-directory': 'terraform',
    'github-token': sandbox.actionsToken,
    'comment-author': BOT,
    ...DEFAULTS[action],
    ...inputs,
  };
  const ended = await start(process.execPath, [join(ROOT, 'actions', action, 'src/index.ts')], {
    cwd: clone.folder,
    env: {
      ...toolEnv(),
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      GITHUB_WORKSPACE: clone.folder,
      GITHUB_REPOSITORY: repository.full_name,
      GITHUB_API_URL: sandbox.githubApiUrl,
      GITHUB_SERVER_URL: sandbox.githubUrl,
      GITHUB_EVENT_NAME: pull === undefined ? 'push' : 'pull_request',
      GITHUB_EVENT_PATH: files.event,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.output,
      GITHUB_RUN_ID: String(runId),
      GITHUB_ACTOR: sandbox.owner,
      RUNNER_TEMP: join(folder, 'temp'),
      AWS_ENDPOINT_URL: sandbox.awsUrl,
      AWS_REGION: sandbox.region,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  }).ended;
  return {
    ok: ended.code === 0,
    log: `${ended.stdout}${ended.stderr}`,
    summary: await readFile(files.summary, 'utf8'),
    outputs: outputsOf(await readFile(files.output, 'utf8')),
    seconds: ended.seconds,
  };
}

/** `name<<delimiter`, the value, the delimiter. */
function outputsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(\S+)\n([^]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]),
  );
}
