import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UserError } from '../../actions/lib/errors.ts';
import { formatted, type Generated } from './generated.ts';

const BEGIN = '<!-- inputs and outputs -->';
const END = '<!-- end -->';

/**
 * A README with these tables between its two marker lines.
 *
 * @param name how the README is called in errors.
 * @throws UserError if there is no README, or no place in it.
 */
export async function readmeWith(tables: readonly string[], file: string, name: string): Promise<Generated> {
  if (!existsSync(file)) {
    throw new UserError(`There is no ${name}.`, `Write one, with the lines "${BEGIN}" and "${END}" in it.`);
  }
  const text = await readFile(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new UserError(`${name} has no place for its tables.`, `Add the lines "${BEGIN}" and "${END}".`);
  }
  const parts = [text.slice(0, begin) + BEGIN, ...tables, text.slice(end)];
  return formatted(file, parts.join('\n\n'));
}

/** A Markdown table; none if there are no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')];
}

/**
 * A description as a cell. It is plain text, but for code between backticks: what Markdown would take for HTML, emphasis, a link
 * or the end of the cell is none. Its line breaks stay.
 */
export function prose(text: string): string {
  return text
    .trim()
    .split(/\s*\n\s*/)
    .map((line) =>
      line
        .split(/(`[^`]*`)/)
        .map(proseOrCode)
        .join(''),
    )
    .join('<br>');
}

function proseOrCode(part: string): string {
  if (part.startsWith('`')) return part.replaceAll('|', '\\|');
  return part.replaceAll(/\s+/g, ' ').replaceAll(/[\\`<|*[]|(?<!\w)_|_(?!\w)/g, '\\$&');
}
