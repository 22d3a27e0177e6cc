import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { runScript, type Ended } from './child.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

/** Runs the script in a project that has only these files in terraform/environments. Nothing is installed there. */
function run(files: readonly string[] | undefined): Promise<Ended> {
  const folder = make();
  mkdirSync(join(folder, 'scripts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(join(ROOT, 'scripts/environments.ts'), join(folder, 'scripts/environments.ts'));
  if (files !== undefined) {
    mkdirSync(join(folder, 'terraform/environments'), { recursive: true });
    for (const file of files) writeFileSync(join(folder, 'terraform/environments', file), '');
  }
  return runScript('scripts/environments.ts', [], { cwd: folder });
}

describe('environments', () => {
  test('names every environment that has a file, in order, as an output of a step', async () => {
    const { code, stdout } = await run(['test.tfvars', 'production.tfvars', 'README.md', 'acceptance.tfvars']);
    expect(stdout).toBe('names=["acceptance","production","test"]\n');
    expect(code).toBe(0);
  });

  test.each([[[]], [['README.md']], [undefined]])('says what is missing where there are none: %j', async (files) => {
    const { code, stdout, stderr } = await run(files);
    expect(stderr).toBe('Error: There is no terraform/environments/*.tfvars. Add one for each environment.\n');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test("names this repository's own", async () => {
    const { stdout } = await runScript('scripts/environments.ts');
    const names = readdirSync(join(ROOT, 'terraform/environments')).map((file) => file.replace('.tfvars', ''));
    expect(JSON.parse(stdout.replace('names=', ''))).toEqual(names.toSorted());
    expect(names).toContain('test');
  });
});
