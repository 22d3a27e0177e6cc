import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { commandOf, endTree } from '../processes.ts';

/** Not what has ended and only waits to be noticed. */
function runs(pid: number): boolean {
  return /^[^Z]/.test(spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());
}

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

/** Starts a program and waits for the line of process ids that it prints. */
async function start(
  program: string,
  ...args: string[]
): Promise<{ child: ChildProcess; pid: number; printed: number[] }> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [text]: unknown[] = await once(child.stdout, 'data');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} did not start.`);
  return { child, pid, printed: String(text).trim().split(' ').map(Number) };
}

const sleeper = (): Promise<{ pid: number }> => start('sh', '-c', 'echo 0; exec sleep 60');

describe('endTree', () => {
  test('ends a process, its children and theirs, also those that a shell has made deaf to SIGINT', async () => {
    const { pid, printed } = await start('sh', '-c', 'sh -c "sleep 60 & echo \\$\\$ \\$!; wait"; exit 3');
    expect(printed).toHaveLength(2);
    await endTree(pid, 500);
    expect([pid, ...printed].filter(runs)).toEqual([]);
  });

  test('ends children that lead a group of their own, as the steps of act do', async () => {
    const code = `
      const child = require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
      process.on('SIGINT', () => process.exit(0));
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const { pid, printed } = await start(process.execPath, '-e', code);
    await endTree(pid, 5_000);
    expect([pid, ...printed].filter(runs)).toEqual([]);
  });

  test('lets those end in order who take their time, and kills those who ignore it', async () => {
    const polite = `process.on('SIGINT', () => setTimeout(() => process.exit(7), 300)); console.log(0); setInterval(() => {}, 1000);`;
    const { child, pid } = await start(process.execPath, '-e', polite);
    const exit = once(child, 'exit');
    await endTree(pid, 5_000);
    expect(await exit).toEqual([7, null]);

    const stubborn = `process.on('SIGINT', () => {}); console.log(0); setInterval(() => {}, 1000);`;
    const other = await start(process.execPath, '-e', stubborn);
    const killed = once(other.child, 'exit');
    const started = Date.now();
    await endTree(other.pid, 300);
    expect(await killed).toEqual([null, 'SIGKILL']);
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  test('leaves others alone, and finds nothing to do for one that is gone', async () => {
    const [one, other] = [await sleeper(), await sleeper()];
    await endTree(one.pid, 5_000);
    await endTree(one.pid, 100);
    expect(runs(one.pid)).toBe(false);
    expect(runs(other.pid)).toBe(true);
  });
});

test('commandOf tells the arguments of a process, and nothing for one that is gone', async () => {
  const { pid } = await sleeper();
  expect(commandOf(pid)).toBe('sleep 60');
  await endTree(pid, 5_000);
  expect(commandOf(pid)).toBe('');
});
