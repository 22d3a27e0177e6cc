import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { SandboxInfo } from '../sandbox/state.ts';
import { ROOT, toolEnv } from '../tools.ts';
import { start, type Started } from './child.ts';

export interface StepEnd {
  readonly ok: boolean;
  /** Standard output, which is the step's log. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
}

export interface StepOptions {
  /** Beside those that the action's own file gives a default for. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The pull request of the event; without, it is a push to main. */
  readonly pull?: number;
  readonly runId?: number;
}

/** Where a step runs. */
export interface StepPlace {
  readonly sandbox: SandboxInfo;
  /** What is checked out. */
  readonly workspace: string;
  /** A folder that goes when the suite ends. */
  readonly temp: string;
}

export interface StartedStep extends Pick<Started, 'child'> {
  readonly ended: Promise<StepEnd>;
}

/**
 * Runs one of our actions as a runner does: a process with the inputs, the event and the files that GitHub gives it. For scenarios in
 * which the workflow around it does not matter.
 *
 * @param action the name of its folder
 */
export async function startStep(
  { sandbox, workspace, temp }: StepPlace,
  action: string,
  { inputs = {}, env = {}, pull, runId = 1 }: StepOptions = {},
): Promise<StartedStep> {
  const folder = await mkdtemp(join(temp, 'step-'));
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
  const given = { ...(await defaultsOf(action)), 'github-token': sandbox.actionsToken, ...inputs };
  const { child, ended } = start(process.execPath, [join(ROOT, 'actions', action, 'src/index.ts')], {
    cwd: workspace,
    env: {
      ...toolEnv(),
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
      GITHUB_WORKSPACE: workspace,
      GITHUB_REPOSITORY: repository.full_name,
      GITHUB_API_URL: sandbox.githubApiUrl,
      GITHUB_SERVER_URL: sandbox.githubUrl,
      GITHUB_EVENT_NAME: pull === undefined ? 'push' : 'pull_request',
      GITHUB_EVENT_PATH: files.event,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_OUTPUT: files.output,
      GITHUB_RUN_ID: String(runId),
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_ACTOR: sandbox.owner,
      RUNNER_TEMP: join(folder, 'temp'),
      AWS_ENDPOINT_URL: sandbox.awsUrl,
      AWS_REGION: sandbox.region,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...env,
    },
  });
  return {
    child,
    ended: ended.then(async ({ code, stdout, stderr, seconds }) => ({
      ok: code === 0,
      log: `${stdout}${stderr}`,
      summary: await readFile(files.summary, 'utf8'),
      outputs: outputsOf(await readFile(files.output, 'utf8')),
      seconds,
    })),
  };
}

export async function runStep(place: StepPlace, action: string, options: StepOptions = {}): Promise<StepEnd> {
  return (await startStep(place, action, options)).ended;
}

/** What the action's file says for inputs that are not given; an expression is the workflow's to fill in. */
async function defaultsOf(action: string): Promise<Readonly<Record<string, string>>> {
  const file: { inputs?: Readonly<Record<string, { default?: string | boolean | number }>> } = parse(
    await readFile(join(ROOT, 'actions', action, 'action.yml'), 'utf8'),
  );
  return Object.fromEntries(
    Object.entries(file.inputs ?? {}).flatMap(([name, { default: value }]) =>
      value === undefined || String(value).includes('${{') ? [] : [[name, String(value)]],
    ),
  );
}

/** `name<<delimiter`, the value, the delimiter. */
function outputsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(\S+)\n([^]*?)\n\2$/gm)].map(([, name = '', , value = '']) => [name, value]),
  );
}
