/**
 * `make docs`: writes what follows from other files, so that nothing is said twice by hand.
 *   node scripts/generate/index.ts           writes what is out of date
 *   node scripts/generate/index.ts --check   fails if anything is
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, UserError } from '../../actions/lib/errors.ts';
import { command } from '../command.ts';
import { ROOT } from '../tools.ts';
import { actionTables } from './action-tables.ts';
import type { Generated, Generator } from './generated.ts';
import { moduleTables } from './module-tables.ts';
import { openApiDocument } from './openapi/index.ts';
import { requestTypes } from './request-types.ts';

const GENERATORS: readonly Generator[] = [actionTables, moduleTables, requestTypes, openApiDocument];

await command(async () => {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const outdated: string[] = [];
  const problems: string[] = [];
  for (const generate of GENERATORS) {
    try {
      for (const generated of await generate(ROOT)) {
        if (await isUpToDate(generated)) continue;
        outdated.push(relative(ROOT, generated.file));
        if (!values.check) await write(generated);
      }
    } catch (error) {
      // The others can do their part all the same.
      if (!(error instanceof UserError)) throw error;
      problems.push(describeError(error));
    }
  }
  const names = outdated.join(', ');
  if (values.check && outdated.length > 0) problems.push(`Out of date: ${names}. Run "make docs".`);
  for (const problem of problems) process.stderr.write(`Error: ${problem}\n`);
  if (!values.check && outdated.length > 0) process.stdout.write(`Wrote ${names}.\n`);
  if (problems.length > 0) return 1;
  if (!values.check && outdated.length === 0) process.stdout.write('All up to date.\n');
  return 0;
});

async function isUpToDate({ file, text }: Generated): Promise<boolean> {
  return existsSync(file) && (await readFile(file, 'utf8')) === text;
}

async function write({ file, text }: Generated): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
