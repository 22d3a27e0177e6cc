import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes files, by their paths, into a folder that stands for the project. */
export function writeProject(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A README with a place for tables. */
export const README = '# Name\n\n<!-- inputs and outputs -->\n\nold\n\n<!-- end -->\n\nMore.\n';
