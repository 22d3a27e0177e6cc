import { cp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportProject, type Clone } from '../demo/project.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { ROOT, toolEnv, TOOLS } from '../tools.ts';
import { runScript, start, type Ended } from './child.ts';

const ENTRIES = 'terraform/api-gateway/lambdas.tf';

/** A copy of this project that a person works in, with the sandbox as its account and `test` as its environment. */
export class Deployment {
  readonly folder: string;
  readonly #clone: Clone;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(clone: Clone, { awsUrl, region }: SandboxInfo) {
    this.folder = clone.folder;
    this.#clone = clone;
    this.#env = {
      ...toolEnv(),
      TOOLS_DIR: TOOLS,
      AWS_ENDPOINT_URL: awsUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_EC2_METADATA_DISABLED: 'true',
      ENV: 'test',
    };
  }

  static async create(folder: string, sandbox: SandboxInfo): Promise<Deployment> {
    const remote = sandbox.cloneUrl.replace('://', `://x-access-token:${sandbox.userToken}@`);
    const clone = await exportProject(folder, remote, 'ada');
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    // What is pushed from here starts nothing: the workflows have a suite of their own.
    await rm(join(folder, '.github/workflows'), { recursive: true });
    await clone.git('add', '--all');
    await clone.git('commit', '--quiet', '--message', 'Begin');
    return new Deployment(clone, sandbox);
  }

  /** What the README says: copy an example's folder under a new id, add one entry. */
  async addLambda(id: string, example: string, entry: string): Promise<void> {
    await cp(join(this.folder, 'lambdas', example), join(this.folder, 'lambdas', id), { recursive: true });
    await this.edit(ENTRIES, /^ {2}lambdas = \{\n/m, (found) => `${found}${namedEntry(id, entry)}`);
  }

  /** The same backwards. */
  async removeLambda(id: string, entry: string): Promise<void> {
    await rm(join(this.folder, 'lambdas', id), { recursive: true });
    await this.edit(ENTRIES, namedEntry(id, entry), () => '');
  }

  async setVariables(hcl: string): Promise<void> {
    const file = join(this.folder, 'terraform/environments/test.tfvars');
    await writeFile(file, `${await readFile(file, 'utf8')}\n${hcl}\n`);
  }

  async edit(file: string, what: RegExp | string, change: (found: string) => string): Promise<void> {
    const path = join(this.folder, file);
    const before = await readFile(path, 'utf8');
    const after = before.replace(what, change);
    if (after === before) throw new Error(`${file} has nothing like ${what}.`);
    await writeFile(path, after);
  }

  /** Commits what was changed, pushes it to main, and gives the commit. */
  push(message: string): Promise<string> {
    return this.#clone.publish('main', message);
  }

  /** What main has at GitHub, beside what is changed here. */
  async pull(): Promise<void> {
    await this.#clone.git('pull', '--quiet', '--rebase', '--autostash', 'origin', 'main');
  }

  /** The commit that is checked out. */
  commit(): Promise<string> {
    return this.#clone.git('rev-parse', 'HEAD');
  }

  /** Undoes a commit by a new one, pushes that, and gives it. */
  async revert(commit: string): Promise<string> {
    await this.#clone.git('revert', '--no-edit', commit);
    await this.#clone.git('push', '--quiet', 'origin', 'main');
    return this.commit();
  }

  publishImage(): Promise<Ended> {
    return this.#script('scripts/publish-image.ts', []);
  }

  publish(): Promise<Ended> {
    return this.#script('scripts/package-lambdas.ts', ['--upload']);
  }

  /** `make promote`, with these variables. */
  promote(variables: Readonly<Record<string, string>>): Promise<Ended> {
    const person = { NAME: 'ada', EMAIL: 'ada@example.com' };
    const identity = Object.fromEntries(
      Object.entries(person).flatMap(([what, value]) => [
        [`GIT_AUTHOR_${what}`, value],
        [`GIT_COMMITTER_${what}`, value],
      ]),
    );
    return this.#script('scripts/promote.ts', [], { ...identity, ...variables });
  }

  apply(): Promise<Ended> {
    return this.#script('scripts/terraform.ts', ['apply'], { ARGS: '-auto-approve' });
  }

  destroy(): Promise<Ended> {
    return this.#script('scripts/terraform.ts', ['destroy'], { ARGS: '-auto-approve' });
  }

  /** Exit code 0: nothing to do, 2: something. */
  plan(): Promise<Ended> {
    const args = ['plan', '-detailed-exitcode', '-no-color', '-input=false', '-var-file=environments/test.tfvars'];
    return this.#terraform(args);
  }

  /** The addresses of what Terraform has made. */
  async state(): Promise<readonly string[]> {
    const { stdout } = succeeded(await this.#terraform(['state', 'list']));
    return stdout.split('\n').filter((address) => address !== '' && !/(^|\.)data\./.test(address));
  }

  /** The whole state, as it is stored. */
  async pulledState(): Promise<string> {
    return succeeded(await this.#terraform(['state', 'pull'])).stdout;
  }

  async output(name: string): Promise<unknown> {
    return JSON.parse(succeeded(await this.#terraform(['output', '-json', name])).stdout);
  }

  #terraform(args: readonly string[]): Promise<Ended> {
    return start('terraform', args, { cwd: join(this.folder, 'terraform'), env: this.#env }).ended;
  }

  #script(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runScript(script, args, { cwd: this.folder, env: { ...this.#env, ...env } });
  }
}

/** @throws Error with what the command said, unless it ended well. */
export function succeeded(ended: Ended): Ended {
  if (ended.code === 0) return ended;
  throw new Error(`It ended with ${ended.code}:\n${ended.stdout.slice(-4000)}\n${ended.stderr.slice(-8000)}`);
}

function namedEntry(id: string, entry: string): string {
  return `    "${id}" = ${entry}\n`;
}
