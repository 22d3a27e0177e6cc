import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * A pattern of a buildspec, for paths with `/`: `*` within one folder, `**` over any number. Names that begin with a dot count too, which
 * they do not for Node's own.
 */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/^\.\//, '').replaceAll(/\*\*\/|\*\*|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/** The files below a folder that the pattern matches, sorted; names have `/`. */
export async function matchFiles(folder: string, pattern: string): Promise<string[]> {
  if (!/[*?]/.test(pattern)) {
    const name = path.posix.normalize(pattern);
    const about = await stat(path.join(folder, name)).catch(() => undefined);
    return about?.isFile() === true ? [name] : [];
  }
  const glob = globToRegExp(pattern);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => glob.test(name))
    .toSorted();
}
