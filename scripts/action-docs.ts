/**
 * Writes the tables of inputs and outputs in `actions/<name>/README.md`, between two markers, from `action.yml`.
 *   node scripts/action-docs.ts           writes them
 *   node scripts/action-docs.ts --check   fails if one is out of date
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { UserError } from '../actions/lib/errors.ts';
import { tableCode } from '../actions/lib/markdown/escape.ts';
import { command } from './command.ts';

const BEGIN = '<!-- action.yml: made by scripts/action-docs.ts -->';
const END = '<!-- /action.yml -->';

/**
 * The part of an action's metadata that is shown.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/metadata-syntax
 */
interface Metadata {
  readonly inputs?: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs?: Readonly<Record<string, { description: string }>>;
}

const root = join(import.meta.dirname, '..');

await command(async () => {
  const actions = join(root, 'actions');
  const outdated: string[] = [];
  for (const name of readdirSync(actions).filter((entry) => existsSync(join(actions, entry, 'action.yml')))) {
    const file = join(actions, name, 'README.md');
    const text = await readReadme(file);
    const metadata: Metadata = parse(await readFile(join(actions, name, 'action.yml'), 'utf8'));
    const fresh = await withTables(text, metadata, file);
    if (fresh === text) continue;
    outdated.push(relative(root, file));
    if (!process.argv.includes('--check')) await writeFile(file, fresh);
  }
  if (!process.argv.includes('--check')) {
    process.stdout.write(outdated.length === 0 ? 'All up to date.\n' : `Wrote ${outdated.join(', ')}\n`);
  } else if (outdated.length > 0) {
    throw new UserError(`Out of date: ${outdated.join(', ')}.`, 'Run "node scripts/action-docs.ts".');
  }
});

async function readReadme(file: string): Promise<string> {
  if (existsSync(file)) return readFile(file, 'utf8');
  throw new UserError(
    `There is no ${relative(root, file)}.`,
    `Write one, with the lines "${BEGIN}" and "${END}" in it.`,
  );
}

async function withTables(text: string, metadata: Metadata, file: string): Promise<string> {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) {
    throw new UserError(
      `${relative(root, file)} has no place for the tables.`,
      `Add the lines "${BEGIN}" and "${END}".`,
    );
  }
  const tables = `${BEGIN}\n\n${inputs(metadata)}\n\n${outputs(metadata)}\n\n`;
  const options = await resolveConfig(file);
  // Formatted as the rest of the repository, so that the two checks agree.
  return format(text.slice(0, begin) + tables + text.slice(end), { ...options, filepath: file });
}

function inputs({ inputs: all = {} }: Metadata): string {
  const rows = Object.entries(all).map(([name, { description, required = false, default: value = '' }]) => {
    const preset = required ? 'required' : value === '' ? 'empty' : tableCode(value);
    return `| ${tableCode(name)} | ${preset} | ${cell(description)} |`;
  });
  return ['| input | default | |', '|---|---|---|', ...rows].join('\n');
}

function outputs({ outputs: all = {} }: Metadata): string {
  const rows = Object.entries(all).map(([name, { description }]) => `| ${tableCode(name)} | ${cell(description)} |`);
  return ['| output | |', '|---|---|', ...rows].join('\n');
}

/** A description is plain text: what Markdown would take for HTML or for the end of the cell is not. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[<|*_]/g, '\\$&');
}
