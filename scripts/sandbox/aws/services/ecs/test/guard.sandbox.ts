import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { isAlive } from '../../../../processes.ts';
import { until } from './world.ts';

test('what a task runs does not outlive a sandbox that was killed', async () => {
  const owner = spawn(process.execPath, [path.join(import.meta.dirname, 'lone-owner.ts')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(owner, 'exit');
  const [line] = await once(owner.stdout, 'data');
  const pids = String(line).trim().split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  owner.kill('SIGKILL');
  await exited;
  // The second does not heed SIGTERM.
  const left = await until(
    async () => pids.filter(isAlive),
    (alive) => alive.length === 0,
  );
  expect(left).toEqual([]);
}, 20_000);
