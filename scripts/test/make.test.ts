import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { folderOfPrograms, start, type Ended } from './child.ts';

const { make: makeFolder, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const NEEDED = ['node', 'npm', 'python3', 'git'];

/** A fresh clone, as far as make looks at it, on a machine that has only these programs. */
function freshClone(programs: readonly string[]): { folder: string; path: string } {
  const folder = makeFolder();
  for (const file of ['Makefile', 'package.json', 'package-lock.json']) cpSync(join(ROOT, file), join(folder, file));
  return { folder, path: folderOfPrograms(join(folder, 'path'), ['make', 'awk', ...programs]) };
}

function make({ folder, path }: { folder: string; path: string }, target: string): Promise<Ended> {
  return start(join(path, 'make'), [target], { cwd: folder, env: { PATH: path } }).ended;
}

/** What it says besides make's own word that it has stopped. */
function refusal({ code, stderr }: Ended): { code: number | null; lines: string[] } {
  return { code, lines: stderr.split('\n').filter((text) => text !== '' && !/^make(\[\d+\])?: /.test(text)) };
}

describe('make', () => {
  test.each(NEEDED)('names %s if the machine does not have it', async (missing) => {
    const clone = freshClone(NEEDED.filter((name) => name !== missing));
    for (const target of ['setup', 'demo']) {
      expect(refusal(await make(clone, target))).toEqual({
        code: 2,
        lines: [
          `Error: ${missing} is missing. Install it (Node 20 or newer, Python 3.10 or newer) and run this again.`,
        ],
      });
    }
    expect(existsSync(join(clone.folder, 'node_modules'))).toBe(false);
  });

  test('refuses a Node that is too old', async () => {
    const clone = freshClone(NEEDED.filter((name) => name !== 'node'));
    const old = join(clone.folder, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '18.20.4' });\n");
    writeFileSync(join(clone.path, 'node'), `#!/bin/bash\nexec "${process.execPath}" --require "${old}" "$@"\n`);
    chmodSync(join(clone.path, 'node'), 0o755);
    expect(refusal(await make(clone, 'setup'))).toEqual({
      code: 2,
      lines: ['Error: Node 18.20.4 is too old. Install Node 20 or newer.'],
    });
  });

  test('lists every target when asked for none, and needs nothing for that', async () => {
    const { folder, path } = freshClone([]);
    const { code, stdout, stderr } = await start(join(path, 'make'), [], { cwd: folder, env: { PATH: path } }).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listed = [...stdout.matchAll(/^ {2}make (\S+) +\S/gm)].map(([, name]) => name);
    const makefile = readFileSync(join(ROOT, 'Makefile'), 'utf8');
    const operations = /^TERRAFORM_OPS := (.*)$/m.exec(makefile)?.[1]?.split(' ') ?? [];
    const targets = [...makefile.matchAll(/^([a-z][a-z/-]*)(?: [a-z][a-z/ -]*)?:(?!=)/gm)].map(([, name]) => name);
    expect(targets.length).toBeGreaterThan(15);
    expect(targets.filter((name) => !listed.includes(name))).toEqual([]);
    const undocumented = operations.filter((name) => !listed.some((target) => target?.endsWith(name)));
    expect(undocumented).toEqual([]);
  });
});
