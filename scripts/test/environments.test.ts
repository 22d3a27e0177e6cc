import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../actions/lib/process.ts';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { oneLineOf, runScript, type Ended } from './child.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

/** A project that has only these files in terraform/environments. Nothing is installed there. */
function project(files: readonly string[] | undefined): string {
  const folder = make();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const file of [
    'scripts/environments.ts',
    ...['touched', 'errors', 'inputs'].map((name) => `actions/lib/${name}.ts`),
  ]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  if (files !== undefined) {
    mkdirSync(join(folder, 'terraform/environments'), { recursive: true });
    for (const file of files) writeFileSync(join(folder, 'terraform/environments', file), '');
  }
  return folder;
}

function run(folder: string, ...args: readonly string[]): Promise<Ended> {
  return runScript('scripts/environments.ts', args, { cwd: folder });
}

async function git(folder: string, ...args: readonly string[]): Promise<void> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  expect(await runCommand('git', [...identity, ...args], { cwd: folder })).toBe(0);
}

describe('environments', () => {
  test('names every environment that has a file, in order, as an output of a step', async () => {
    const { code, stdout } = await run(project(['test.tfvars', 'production.tfvars', 'README.md', 'acceptance.tfvars']));
    expect(stdout).toBe('names=["acceptance","production","test"]\nunchanged=[]\n');
    expect(code).toBe(0);
  });

  test.each([[[]], [['README.md']], [undefined]])('says what is missing where there are none: %j', async (files) => {
    const { code, stdout, stderr } = await run(project(files));
    expect(stderr).toBe('Error: There is no terraform/environments/*.tfvars. Add one for each environment.\n');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('refuses a file of no environment that there can be', async () => {
    expect(oneLineOf(await run(project(['test.tfvars', 'staging.tfvars'])))).toBe(
      'Error: terraform/environments/staging.tfvars is of no environment. Name it after one of: test, acceptance, production.',
    );
  });

  test("names this repository's own", async () => {
    const { stdout } = await runScript('scripts/environments.ts');
    const names = readdirSync(join(ROOT, 'terraform/environments')).map((file) => file.replace('.tfvars', ''));
    expect(JSON.parse(stdout.split('\n')[0]?.replace('names=', '') ?? '')).toEqual(names.toSorted());
    expect(names).toContain('test');
  });

  test('says which ones a change touches, why, and which it leaves as they are', async () => {
    const folder = project(['test.tfvars', 'production.tfvars']);
    await git(folder, 'init', '--quiet', '--initial-branch=main');
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '-m', 'first');
    writeFileSync(join(folder, 'terraform/environments/test.tfvars'), 'size = 2\n');
    writeFileSync(join(folder, 'terraform/README.md'), '# Root');
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '-m', 'second');
    expect(await run(folder, '--base', 'HEAD^')).toMatchObject({
      code: 0,
      stdout: 'names=["test"]\nunchanged=["production"]\n',
      stderr: 'production: unchanged\ntest: terraform/environments/test.tfvars (the variables of this environment)\n',
    });
    expect((await run(folder, '--base', 'HEAD')).stdout).toBe('names=[]\nunchanged=["production","test"]\n');
  });

  test("a file's name is one line of the log, and no command to the runner", async () => {
    const folder = project(['test.tfvars']);
    await git(folder, 'init', '--quiet', '--initial-branch=main');
    await git(folder, 'add', '--all');
    await git(folder, 'commit', '--quiet', '-m', 'first');
    writeFileSync(join(folder, 'terraform/a\n::error::b.json'), '');
    await git(folder, 'add', '--all');
    const { stderr } = await run(folder, '--base', 'HEAD');
    expect(stderr).toBe('test: terraform/a?::error::b.json (Terraform, of all environments)\n');
  });

  test('a commit that is not there, or a word that is none, is one sentence', async () => {
    const folder = project(['test.tfvars']);
    await git(folder, 'init', '--quiet', '--initial-branch=main');
    expect(oneLineOf(await run(folder, '--base', 'HEAD^1'))).toBe(
      'Error: git knows no commit "HEAD^1". Give one that has been fetched: see fetch-depth of checkout.',
    );
    expect(oneLineOf(await run(folder, 'HEAD'))).toContain("Unexpected argument 'HEAD'");
  });
});
