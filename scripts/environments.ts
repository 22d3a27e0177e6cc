/**
 * Prints `names=["test",…]` for `$GITHUB_OUTPUT`: the environments of this repository, one per file in terraform/environments.
 * Workflows run it before anything is installed, so it imports nothing but Node.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../terraform/environments');
const names = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((name) => name.endsWith('.tfvars'))
  .map((name) => name.slice(0, -'.tfvars'.length))
  .toSorted();
if (names.length === 0) {
  process.stderr.write('Error: There is no terraform/environments/*.tfvars. Add one for each environment.\n');
  process.exitCode = 1;
} else {
  process.stdout.write(`names=${JSON.stringify(names)}\nunchanged=[]\n`);
}
