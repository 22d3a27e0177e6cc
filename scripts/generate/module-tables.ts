import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tableCode } from '../../actions/lib/markdown/escape.ts';
import type { Generated } from './generated.ts';
import { readOutputs, readVariables, type Output, type Variable } from './module.ts';
import { prose, readmeWith, table } from './tables.ts';

/** Longer ones would make the table unreadable. */
const LONGEST_DEFAULT = 60;

/** The READMEs of the root and of every Terraform module, with their variables and outputs. */
export async function moduleTables(root: string): Promise<readonly Generated[]> {
  const generated: Generated[] = [];
  for (const file of globSync('terraform/**/variables.tf', { cwd: root, exclude: ['**/.terraform'] }).toSorted()) {
    const folder = dirname(file);
    const tables = [
      ...inputs(await readVariables(join(root, folder))),
      ...outputs(await readOutputs(join(root, folder))),
    ];
    const readme = join(folder, 'README.md');
    generated.push(await readmeWith(tables, join(root, readme), readme));
  }
  return generated;
}

/** What a user must give comes first. */
function inputs(variables: readonly Variable[]): string[] {
  const [required = [], optional = []] = [undefined, true].map((has) =>
    variables.filter((variable) => (variable.default === undefined) === (has === undefined)),
  );
  const rows = [...required, ...optional].map((variable) => [
    tableCode(variable.name),
    tableCode(shortType(variable.type)),
    variable.default === undefined ? 'required' : defaultOf(variable.default.value),
    prose(variable.description),
  ]);
  return table(['input', 'type', 'default', ''], rows);
}

function outputs(all: readonly Output[]): string[] {
  const rows = all.map(({ name, description, sensitive }) => [
    tableCode(name),
    `${prose(description)}${sensitive ? ' Sensitive.' : ''}`,
  ]);
  return table(['output', ''], rows);
}

/** `map(object)` for `map(object({ … }))`: what the fields mean is in the description. */
export function shortType(type: string): string {
  const [, outer, inner = ''] = /^(\w+)\((.*)\)$/s.exec(type.trim()) ?? [];
  if (outer === undefined) return type.trim();
  return outer === 'object' || outer === 'tuple' ? outer : `${outer}(${shortType(inner)})`;
}

function defaultOf(value: unknown): string {
  const text = hcl(value);
  return text.length > LONGEST_DEFAULT ? 'see variables.tf' : tableCode(text);
}

/** A value as Terraform writes it. */
export function hcl(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(hcl).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${key} = ${hcl(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
