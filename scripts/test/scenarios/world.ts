import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getOctokit } from '@actions/github';
import { withoutChecks } from '../../demo/edits.ts';
import { exportProject, type Clone } from '../../demo/project.ts';
import { down, up } from '../../sandbox/client.ts';
import type { SandboxInfo } from '../../sandbox/state.ts';
import { ROOT } from '../../tools.ts';
import { runScript } from '../child.ts';
import { succeeded } from '../deployment.ts';

export const BOT = 'github-actions[bot]';
/** What stands for the real Terraform root: `aws` with the AWS provider, `built-in` with none, for what is not about AWS. */
const ROOTS = { aws: 'root', 'built-in': 'built-in-root' } as const;
const RUN_LIMIT_MS = 5 * 60_000;

export interface EndedRun {
  readonly id: number;
  readonly name: string;
  readonly event: string;
  readonly conclusion: string;
  readonly sha: string;
  /** What its jobs have written for people. */
  readonly summary: string;
  readonly log: string;
}

type GitHub = ReturnType<typeof getOctokit>;
type ListedRun = Awaited<
  ReturnType<GitHub['rest']['actions']['listWorkflowRunsForRepo']>
>['data']['workflow_runs'][number];

/** What is read of Terraform's state. */
interface State {
  readonly serial: number;
  readonly resources: readonly {
    readonly instances: readonly {
      readonly index_key?: string;
      readonly attributes: { input?: unknown; output?: unknown };
    }[];
  }[];
}

/**
 * A sandbox with this project in its GitHub, its workflows and actions as they are, and a small Terraform root instead of the real one, so
 * that a plan and an apply take seconds.
 */
export class World {
  readonly sandbox: SandboxInfo;
  readonly clone: Clone;
  readonly github: GitHub;
  readonly repository: { readonly owner: string; readonly repo: string };
  readonly #dir: string;

  private constructor(dir: string, sandbox: SandboxInfo, clone: Clone) {
    this.#dir = dir;
    this.sandbox = sandbox;
    this.clone = clone;
    this.github = getOctokit(sandbox.userToken, { baseUrl: sandbox.githubApiUrl });
    this.repository = { owner: sandbox.owner, repo: sandbox.repo };
  }

  /** A folder that goes with the world. */
  get folder(): string {
    return this.#dir;
  }

  /**
   * @param options.workflows without them a push or a pull request starts nothing
   * @param options.root each run of an action costs seconds more with `aws`
   */
  static async create({
    workflows = true,
    root = 'aws',
  }: { readonly workflows?: boolean; readonly root?: keyof typeof ROOTS } = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const sandbox = await up(join(dir, 'sandbox'), 'mine');
    const remote = sandbox.cloneUrl.replace('://', `://x-access-token:${sandbox.userToken}@`);
    const clone = await exportProject(join(dir, 'clone'), remote, 'ada');
    await shrink(clone.folder, root);
    if (!workflows) await rm(join(clone.folder, '.github/workflows'), { recursive: true });
    return new World(dir, sandbox, clone);
  }

  async close(): Promise<void> {
    await down(join(this.#dir, 'sandbox'));
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Commits everything in the clone and pushes it to a branch, which is made from main if it is another one. */
  async push(branch: string, message: string): Promise<string> {
    return this.clone.publish(branch, message);
  }

  /** A branch from main as it is at GitHub, with these variables in the environment's file. */
  async branch(name: string, variables: string): Promise<string> {
    await this.clone.git('fetch', '--quiet', 'origin');
    await this.clone.git('switch', '--quiet', '--force-create', name, 'origin/main');
    return this.change(name, variables);
  }

  /** Writes the variables into the environment's file, and pushes the branch. */
  async change(name: string, variables: string): Promise<string> {
    await writeFile(join(this.clone.folder, 'terraform/environments/test.tfvars'), `${variables.trim()}\n`);
    return this.push(name, `Change ${name}`);
  }

  /** Tells the sandbox's GitHub something that its API has no word for, such as the time. */
  async control(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${this.sandbox.githubUrl}/_sandbox/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return { ...Object(await response.json()) };
  }

  /** Where the states are. */
  async stateBucket(): Promise<{ readonly s3: S3Client; readonly Bucket: string }> {
    const { awsUrl: endpoint, region } = this.sandbox;
    const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
    const s3 = new S3Client({ endpoint, region, forcePathStyle: true, credentials });
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const Bucket = Buckets.map(({ Name = '' }) => Name).find((name) => name.includes('state'));
    if (Bucket === undefined) throw new Error('There is no bucket of states.');
    return { s3, Bucket };
  }

  /** Changes a value of the built-in root past Terraform. All that there is of it is in the state. */
  async changeByHand(name: string, value: string): Promise<void> {
    const { s3, Bucket } = await this.stateBucket();
    const place = { Bucket, Key: 'test/terraform.tfstate' };
    const { Body } = await s3.send(new GetObjectCommand(place));
    const state: State = JSON.parse((await Body?.transformToString()) ?? '');
    const found = state.resources
      .flatMap(({ instances }) => instances)
      .find(({ index_key: key }) => key === name)?.attributes;
    if (found === undefined) throw new Error(`The state has no "${name}".`);
    found.input = { value, type: 'string' };
    found.output = { value, type: 'string' };
    await s3.send(new PutObjectCommand({ ...place, Body: JSON.stringify({ ...state, serial: state.serial + 1 }) }));
  }

  /** Checks out what GitHub has made of a pull request and its base. */
  async checkOutMerge(number: number): Promise<void> {
    await this.clone.git('fetch', '--quiet', 'origin', `refs/pull/${number}/merge`);
    await this.clone.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  }

  /** Checks out main as it is at GitHub. */
  async checkOutMain(): Promise<string> {
    await this.clone.git('fetch', '--quiet', 'origin', 'main');
    await this.clone.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    return this.clone.git('rev-parse', 'HEAD');
  }

  async open(branch: string): Promise<number> {
    const { data } = await this.github.rest.pulls.create({
      ...this.repository,
      head: branch,
      base: 'main',
      title: `Change ${branch}`,
    });
    return data.number;
  }

  async merge(number: number, method: 'merge' | 'squash' | 'rebase' = 'merge'): Promise<string> {
    const { data } = await this.github.rest.pulls.merge({
      ...this.repository,
      pull_number: number,
      merge_method: method,
    });
    return data.sha;
  }

  async dispatch(workflow: string, inputs: Readonly<Record<string, string>>): Promise<void> {
    await this.github.rest.actions.createWorkflowDispatch({
      ...this.repository,
      workflow_id: workflow,
      ref: 'main',
      inputs: { ...inputs },
    });
  }

  /** The comments by the workflows' account, oldest first. */
  async comments(number: number): Promise<readonly { readonly id: number; readonly body: string }[]> {
    const found = await this.github.paginate(this.github.rest.issues.listComments, {
      ...this.repository,
      issue_number: number,
      per_page: 100,
    });
    return found.filter(({ user }) => user?.login === BOT).map(({ id, body }) => ({ id, body: body ?? '' }));
  }

  /** The one comment that begins with a marker of this kind, such as `terraform-plan`. */
  async comment(number: number, kind: string): Promise<{ readonly id: number; readonly body: string }> {
    const found = (await this.comments(number)).filter(({ body }) =>
      body.startsWith(`<!-- ${kind} environment=test -->`),
    );
    const [only] = found;
    if (only === undefined || found.length > 1) throw new Error(`#${number} has ${found.length} comments of ${kind}.`);
    return only;
  }

  /** The open issues by the workflows' account. */
  async issues(): Promise<
    readonly {
      readonly number: number;
      readonly title: string;
      readonly body: string;
      readonly assignees: readonly string[];
    }[]
  > {
    const found = await this.github.paginate(this.github.rest.issues.listForRepo, {
      ...this.repository,
      creator: BOT,
      state: 'open',
      per_page: 100,
    });
    return found
      .filter(({ pull_request: pull }) => pull === undefined)
      .map(({ number, title, body, assignees }) => ({
        ...{ number, title, body: body ?? '' },
        assignees: (assignees ?? []).map(({ login }) => login),
      }));
  }

  /**
   * Does something, and waits for all the runs that it has started, and that those have.
   *
   * @param count how many there are at least: one that begins when another has ended may not be there yet
   */
  async runsOf(cause: () => Promise<unknown>, count = 1): Promise<readonly EndedRun[]> {
    const before = new Map((await this.#runs()).map(({ id, run_attempt: attempt }) => [id, attempt]));
    await cause();
    const end = Date.now() + RUN_LIMIT_MS;
    while (Date.now() < end) {
      const fresh = (await this.#runs()).filter(({ id, run_attempt: attempt }) => before.get(id) !== attempt);
      if (fresh.length >= count && fresh.every(({ status }) => status === 'completed')) {
        return Promise.all(fresh.toSorted((left, right) => left.id - right.id).map((run) => this.#ended(run)));
      }
      await delay(200);
    }
    throw new Error('The runs did not end.');
  }

  /** As `runsOf`, for what starts exactly one. */
  async runOf(cause: () => Promise<unknown>): Promise<EndedRun> {
    const runs = await this.runsOf(cause);
    const [only] = runs;
    if (only === undefined || runs.length > 1)
      throw new Error(`It started ${runs.map(({ name }) => name).join(', ')}.`);
    return only;
  }

  /** The id of the run that a commit on main starts, as soon as there is one. */
  async runOfCommit(sha: string): Promise<number> {
    const end = Date.now() + 10_000;
    while (Date.now() < end) {
      const found = (await this.#runs()).find(({ head_sha: head }) => head === sha);
      if (found !== undefined) return found.id;
      await delay(50);
    }
    throw new Error(`No run of ${sha} begins.`);
  }

  async #runs(): Promise<readonly ListedRun[]> {
    return this.github.paginate(this.github.rest.actions.listWorkflowRunsForRepo, {
      ...this.repository,
      per_page: 100,
    });
  }

  async #ended(run: ListedRun): Promise<EndedRun> {
    const read = (name: string): Promise<string> =>
      readFile(join(this.sandbox.runsDir, String(run.id), name), 'utf8').catch(() => '');
    const { id, name, event, conclusion, head_sha: sha } = run;
    return {
      ...{ id, name: name ?? '', event, conclusion: conclusion ?? '', sha },
      summary: await read('summary.md'),
      log: await read('log.txt'),
    };
  }
}

/** Variables for the fixture, far enough from each other that changes of two of them do not conflict in git. */
export function tfvars({
  greeting,
  groups = [],
  password = 'first-planted-secret',
}: {
  readonly greeting: string;
  readonly groups?: readonly string[];
  readonly password?: string;
}): string {
  return [
    `parameters = { greeting = "${greeting}" }`,
    `log_groups = ${JSON.stringify(groups)}`,
    `password = "${password}"`,
  ].join(`\n${'#\n'.repeat(10)}`);
}

/** Another root, and checks that take no time: what they are is tested elsewhere. */
async function shrink(folder: string, root: keyof typeof ROOTS): Promise<void> {
  const lock = await readFile(join(folder, 'terraform/.terraform.lock.hcl'));
  await rm(join(folder, 'terraform'), { recursive: true });
  await cp(join(import.meta.dirname, ROOTS[root]), join(folder, 'terraform'), { recursive: true });
  if (root === 'aws') await writeFile(join(folder, 'terraform/.terraform.lock.hcl'), lock);
  await withoutChecks(folder);
  await prebuilt(folder);
}

/** The bundles of the actions come with the commit, and no job builds them again: each would take seconds, and every run has several. */
async function prebuilt(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  await symlink(join(ROOT, 'node_modules'), modules);
  succeeded(await runScript('scripts/build.ts', [], { cwd: folder }));
  await rm(modules);
  await replaceIn(join(folder, 'package.json'), '"node scripts/build.ts"', '"true"');
  await replaceIn(join(folder, '.gitignore'), '\ndist/\n', '\nlambdas/dist/\nservice/dist/\n');
}

async function replaceIn(file: string, what: string, by: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(what)) throw new Error(`${file} has no ${what}.`);
  await writeFile(file, text.replace(what, by));
}
