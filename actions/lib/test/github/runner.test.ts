import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { runCommand } from '../../process.ts';

test('a cancelled run tells its program to stop, and then cleans up', async () => {
  const lib = join(import.meta.dirname, '../..');
  // As the runner does: SIGINT to the action's process, whose own child knows nothing of it.
  const program =
    "process.on('SIGINT', () => { console.log('stopping'); process.exit(1) }); console.log('ready'); setInterval(() => {}, 1000)";
  const action = `
    import { cancellation } from ${JSON.stringify(join(lib, 'github/runner.ts'))};
    import { runCommand } from ${JSON.stringify(join(lib, 'process.ts'))};
    const signal = cancellation();
    const onStdout = (line) => console.log(line);
    const code = await runCommand(process.execPath, ['-e', ${JSON.stringify(program)}], { signal, onStdout });
    console.log('cleaned up after ' + code);`;
  const cancel = new AbortController();
  const lines: string[] = [];
  const code = await runCommand(process.execPath, ['--input-type=module-typescript', '-e', action], {
    signal: cancel.signal,
    onStdout: (line) => {
      lines.push(line);
      if (line === 'ready') cancel.abort();
    },
    onStderr: (line) => lines.push(line),
  });
  expect(lines).toEqual(['ready', 'stopping', 'cleaned up after 1']);
  expect(code).toBe(0);
});
