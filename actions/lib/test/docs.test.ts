import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { runCommand } from '../process.ts';

test('the tables in the READMEs say what action.yml says', async () => {
  const lines: string[] = [];
  const script = join(import.meta.dirname, '../../../scripts/action-docs.ts');
  const code = await runCommand(process.execPath, [script, '--check'], {
    onStdout: (line) => lines.push(line),
    onStderr: (line) => lines.push(line),
  });
  expect(lines).toEqual([]);
  expect(code).toBe(0);
});
