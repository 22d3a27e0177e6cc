import { execFile } from 'node:child_process';
import path from 'node:path';
import { python } from './sandbox.ts';

export const patches = path.join(import.meta.dirname, '../patches');

/** Runs Python with the patches' folder on its path. */
export async function runPython(code: string): Promise<{ status: number; printed: string; said: string }> {
  return new Promise((resolve) => {
    const prelude = `import sys; sys.dont_write_bytecode = True; sys.path.insert(0, ${JSON.stringify(patches)})\n`;
    const child = execFile(python, ['-c', prelude + code], (_error, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, printed: stdout.trim(), said: stderr.trim() });
    });
  });
}
