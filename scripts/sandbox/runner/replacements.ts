import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isScalar, parseDocument, visit } from 'yaml';

const FOLDER = join(import.meta.dirname, 'third-party');

/** For every third-party action that the tree's workflows and actions use, the local one that stands in for it. */
export async function findReplacements(tree: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const file of glob(['.github/workflows/*.{yml,yaml}', '.github/actions/*/action.yml'], { cwd: tree })) {
    for (const uses of usesIn(await readFile(join(tree, file), 'utf8'))) {
      const [name = '', ref = ''] = uses.split('@');
      const folder = join(FOLDER, name.replace('/', '-'));
      // One in a folder of its repository has no place of its own among the stand-ins.
      if (name.split('/').length !== 2 || !existsSync(folder)) {
        throw new Error(`${file} uses ${name}, and the sandbox has no stand-in for it: add one to runner/third-party.`);
      }
      found.set(`${name}@${ref}`, folder);
    }
  }
  return found;
}

/** What a workflow or an action uses from elsewhere; its own actions begin with a dot. */
function usesIn(text: string): readonly string[] {
  const found: string[] = [];
  visit(parseDocument(text), {
    Pair: (_, { key, value }) => {
      if (!isScalar(key) || key.value !== 'uses' || !isScalar(value)) return;
      if (typeof value.value === 'string' && !value.value.startsWith('.')) found.push(value.value);
    },
  });
  return found;
}
