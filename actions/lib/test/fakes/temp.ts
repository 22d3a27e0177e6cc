import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for each test file; `cleanUp` goes into afterAll. */
export function temporaryFolders(): { readonly make: () => string; readonly cleanUp: () => void } {
  const made: string[] = [];
  return {
    make: () => {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'actions-test-')));
      made.push(folder);
      return folder;
    },
    cleanUp: () => {
      for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
    },
  };
}
