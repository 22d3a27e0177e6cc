import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { runCommand } from '../../process.ts';

const lib = join(import.meta.dirname, '../..');

/** Runs an action's body in a process of its own, as the runner does: its exit code and what the runner reads. */
async function runBody(body: string): Promise<{ code: number; lines: readonly string[] }> {
  const lines: string[] = [];
  const script = `
    import { main } from ${JSON.stringify(join(lib, 'github/main.ts'))};
    import { UserError } from ${JSON.stringify(join(lib, 'errors.ts'))};
    await main(async () => { ${body} });`;
  const code = await runCommand(process.execPath, ['--input-type=module-typescript', '-e', script], {
    env: { PATH: process.env['PATH'] },
    onStdout: (line) => lines.push(line),
    onStderr: (line) => lines.push(line),
  });
  return { code, lines };
}

test('an action that ends is a success', async () => {
  expect(await runBody('')).toEqual({ code: 0, lines: [] });
});

test('an error that the reader can mend is one sentence, and the step fails', async () => {
  expect(await runBody("throw new UserError('No region.', 'Set AWS_REGION.');")).toEqual({
    code: 1,
    lines: ['::error::No region. Set AWS_REGION.'],
  });
});

test('any other error keeps its stack, and nothing in it is obeyed', async () => {
  const { code, lines } = await runBody(String.raw`throw new Error('broken\n::add-mask::x');`);
  expect(code).toBe(1);
  expect(lines[0]).toBe('::error::broken%0A::add-mask::x');
  expect(lines.some((line) => line.includes('    at '))).toBe(true);
  expect(lines.slice(1).filter((line) => line.startsWith('::'))).toEqual([]);
});

test('a thrown value that is no error is shown as it is', async () => {
  expect(await runBody("throw 'text';")).toEqual({ code: 1, lines: ['::error::text'] });
});
