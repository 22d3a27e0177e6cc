/**
 * Prints for `$GITHUB_OUTPUT` which environments a change touches, and says why on standard error:
 *   node scripts/environments.ts [--base <commit>]
 * `names=["test",…]` are those whose plan the files that differ from the commit can alter, `unchanged=[…]` the others; without a commit all are
 * named. Workflows run it before anything is installed: it needs Node and git.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError } from '../actions/lib/errors.ts';
import {
  changedFiles,
  environmentNames,
  readFacts,
  touchedEnvironments,
  type Touched,
} from '../actions/lib/touched.ts';

const root = join(import.meta.dirname, '..');

try {
  const { base } = parseArgs({ options: { base: { type: 'string' } } }).values;
  const environments = base === undefined ? undefined : touchedEnvironments(changedFiles(root, base), readFacts(root));
  for (const touched of environments ?? []) process.stderr.write(`${reason(touched)}\n`);
  const names = environments?.filter(({ by }) => by.length > 0).map(({ environment }) => environment);
  const unchanged = environments?.filter(({ by }) => by.length === 0).map(({ environment }) => environment) ?? [];
  process.stdout.write(
    `names=${JSON.stringify(names ?? environmentNames(root))}\nunchanged=${JSON.stringify(unchanged)}\n`,
  );
} catch (error) {
  process.stderr.write(`Error: ${describeError(error)}\n`);
  process.exitCode = 1;
}

function reason({ environment, by: [first, ...more] }: Touched): string {
  if (first === undefined) return `${environment}: unchanged`;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  // A file's name comes with the pull request, and a new line in it could be a command to the runner.
  return `${environment}: ${first.file.replaceAll(/\p{Cc}/gu, '?')} (${first.why})${others}`;
}
