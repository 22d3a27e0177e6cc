import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What is checked out. */
interface Checkout {
  readonly folder: string;
}

const HANDLER = 'lambdas/replace-strings/replace-strings.ts';
const REVISION = 'lambdas/replace-strings/revision.ts';
const ROUTES = 'service/src/replace/routes.ts';

/** For a suite that runs beside the checks themselves. */
export function withoutChecks(folder: string): Promise<void> {
  return edit(folder, 'package.json', (text) => text.replace('"node scripts/test.ts check"', '"true"'));
}

/** A sentence in the prose about the lambdas, which no plan reads. */
export function remark({ folder }: Checkout, text: string): Promise<void> {
  return appendFile(join(folder, 'lambdas/README.md'), `\n${text}\n`);
}

/** Alters the file in the way a person would: a new line in the JSON. */
export function addToMap({ folder }: Checkout, key: string, value: string): Promise<void> {
  return edit(folder, 'terraform/strings-mapping.json', (text) => {
    const map: Record<string, string> = JSON.parse(text);
    return `${JSON.stringify({ ...map, [key]: value }, undefined, 2)}\n`;
  });
}

/** A new version of the lambda. */
export function raiseRevision({ folder }: Checkout): Promise<void> {
  return edit(folder, REVISION, (text) =>
    text.replace(/revision = '(\d+)'/, (_, now: string) => `revision = '${Number(now) + 1}'`),
  );
}

/** A new version of the service. */
export function touchService({ folder }: Checkout): Promise<void> {
  return edit(folder, ROUTES, (text) => text.replace('export function', '// Case does not count.\nexport function'));
}

/** A fault that no test finds: one word makes the lambda throw. */
export function breakFor({ folder }: Checkout, word: string): Promise<void> {
  return edit(folder, HANDLER, (text) =>
    text.replace(
      /^( *)const message = replace\(content\);/m,
      (found, indent: string) => `${indent}if (content.includes('${word}')) throw new Error('A fault.');\n${found}`,
    ),
  );
}

async function edit(folder: string, file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  const before = await readFile(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`${file} has nothing to change.`);
  await writeFile(path, after);
}
