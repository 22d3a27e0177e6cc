import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'third-party');

/** For every third-party action that the tree's workflows and actions use, the local one that stands in for it. */
export async function findReplacements(tree: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const file of glob(['.github/workflows/*.{yml,yaml}', '.github/actions/*/action.yml'], { cwd: tree })) {
    const text = await readFile(join(tree, file), 'utf8');
    for (const [, name = '', ref = ''] of text.matchAll(/^\s*-?\s*uses:\s*['"]?([\w-]+\/[\w.-]+)@([\w.-]+)/gm)) {
      const folder = join(FOLDER, name.replace('/', '-'));
      if (!existsSync(folder)) {
        throw new Error(`${file} uses ${name}, and the sandbox has no stand-in for it: add one to runner/third-party.`);
      }
      found.set(`${name}@${ref}`, folder);
    }
  }
  return found;
}
