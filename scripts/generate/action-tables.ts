import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { tableCode } from '../../actions/lib/markdown/escape.ts';
import type { Generated } from './generated.ts';
import { prose, readmeWith, table } from './tables.ts';

/**
 * The part of an action's metadata that is shown.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
 */
interface Metadata {
  readonly inputs?: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs?: Readonly<Record<string, { description: string }>>;
}

/** The READMEs of the actions, with the inputs and outputs of their action.yml. */
export async function actionTables(root: string): Promise<readonly Generated[]> {
  const generated: Generated[] = [];
  for (const file of globSync('actions/*/action.yml', { cwd: root }).toSorted()) {
    const metadata: Metadata = parse(await readFile(join(root, file), 'utf8'));
    const readme = join(dirname(file), 'README.md');
    generated.push(await readmeWith([...inputs(metadata), ...outputs(metadata)], join(root, readme), readme));
  }
  return generated;
}

function inputs({ inputs: all = {} }: Metadata): string[] {
  const rows = Object.entries(all).map(([name, { description, required = false, default: value = '' }]) => {
    const preset = required ? 'required' : value === '' ? 'empty' : tableCode(value);
    return [tableCode(name), preset, prose(description)];
  });
  return table(['input', 'default', ''], rows);
}

function outputs({ outputs: all = {} }: Metadata): string[] {
  const rows = Object.entries(all).map(([name, { description }]) => [tableCode(name), prose(description)]);
  return table(['output', ''], rows);
}
