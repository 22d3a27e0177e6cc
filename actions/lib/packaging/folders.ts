import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';

/** A lambda is a folder with a `handler.ts`; its name is the lambda's id. Other folders hold what lambdas share. */
export async function lambdaIds(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const ids = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'handler.ts')))
    .map((entry) => entry.name)
    .toSorted();
  if (ids.length === 0) {
    throw new UserError(`There is no lambda in ${folder}.`, 'A lambda is a folder with a handler.ts.');
  }
  const bad = ids.find((id) => !/^[a-z][a-z0-9-]{0,39}$/.test(id));
  if (bad !== undefined) {
    throw new UserError(
      `"${bad}" cannot be the id of a lambda.`,
      'Use lower-case letters, digits and hyphens, beginning with a letter, 40 characters at most.',
    );
  }
  return ids;
}
