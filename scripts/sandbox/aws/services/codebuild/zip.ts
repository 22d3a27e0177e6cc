import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { strFromU8, unzipSync, zipSync, type Zippable } from 'fflate';

const DIRECTORY_ENTRY = 0x02014b50;
const SYMLINK = 0o120000;
const TYPE = 0o170000;

/** What a zip says of each file's mode (type and permissions), which fflate does not tell. 0 where it says nothing. */
function modes(zip: Uint8Array): Map<string, number> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  // The directory is at the end, and a comment of up to 64 KiB after it.
  let end = zip.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  const found = new Map<string, number>();
  let at = end < 0 ? zip.byteLength : view.getUint32(end + 16, true);
  while (at + 46 <= zip.byteLength && view.getUint32(at, true) === DIRECTORY_ENTRY) {
    const nameLength = view.getUint16(at + 28, true);
    const name = strFromU8(zip.subarray(at + 46, at + 46 + nameLength));
    // The upper byte is the system that wrote it; 3 is Unix.
    found.set(name, view.getUint8(at + 5) === 3 ? view.getUint32(at + 38, true) >>> 16 : 0);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/**
 * Unpacks into a folder, with permissions and symbolic links.
 *
 * @throws when it is no zip, or would write outside of the folder
 */
export async function unpackZip(zip: Uint8Array, folder: string): Promise<void> {
  const modeOf = modes(zip);
  const links: [string, string][] = [];
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    const file = path.resolve(folder, name);
    if (!file.startsWith(`${path.resolve(folder)}${path.sep}`)) throw new Error(`"${name}" is outside of the archive.`);
    if (name.endsWith('/')) {
      await mkdir(file, { recursive: true });
      continue;
    }
    await mkdir(path.dirname(file), { recursive: true });
    const mode = modeOf.get(name) ?? 0;
    if ((mode & TYPE) === SYMLINK) {
      links.push([strFromU8(content), file]);
      continue;
    }
    await writeFile(file, content);
    if ((mode & 0o111) !== 0) await chmod(file, 0o755);
  }
  // Last: nothing is written through one.
  for (const [target, file] of links) await symlink(target, file);
}

export interface ZipFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** Same files, same bytes. */
export function packZip(files: readonly ZipFile[]): Uint8Array {
  const entries: Zippable = {};
  for (const { name, content, executable } of files) {
    const mode = 0o100000 | (executable ? 0o755 : 0o644);
    entries[name] = [content, { os: 3, attrs: (mode << 16) >>> 0 }];
  }
  return zipSync(entries, { mtime: new Date(1980, 0, 1) });
}
