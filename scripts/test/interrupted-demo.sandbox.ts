import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ROOT } from '../tools.ts';
import { start, type Ended } from './child.ts';
import { stillRunning, watchFamily } from './sandbox-process.ts';

interface Interrupted extends Ended {
  readonly left: readonly string[];
  readonly seen: readonly string[];
}

type Moment = 'starting' | 'running workflows';

/** Starts the demo in a process group of its own, as a terminal does, and ends it so many seconds after that moment. */
async function interrupted(
  moment: Moment,
  seconds: number,
  signal: NodeJS.Signals,
  whom: 'group' | 'process',
): Promise<Interrupted> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'demo-')));
  try {
    const demo = start(process.execPath, [join(ROOT, 'scripts/demo.ts')], {
      env: { SANDBOX_DIR: folder },
      detached: true,
    });
    const { pid } = demo.child;
    if (pid === undefined) throw new Error('The demo did not start.');
    const watch = watchFamily(pid);
    // The first step is announced: from here on there is something to end.
    await once(demo.child.stdout ?? demo.child, 'data');
    const reached = (): boolean => moment === 'starting' || [...watch.seen.values()].some(isAct);
    while (!reached() && demo.child.exitCode === null) await delay(100);
    await delay(seconds * 1000);
    process.kill(whom === 'group' ? -pid : pid, signal);
    const ended = await demo.ended;
    const left = await stillRunning(watch.seen, folder, 30_000);
    watch.stop();
    return { ...ended, left, seen: [...watch.seen.values()] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const isAct = (args: string): boolean => /\bact push .*--secret-file/.test(args);

test('Ctrl-C and SIGKILL end all that the demo has started, whenever they come', async () => {
  const [early, middle, late, killedEarly, killed] = await Promise.all([
    interrupted('starting', 0.2, 'SIGINT', 'group'),
    interrupted('running workflows', 1, 'SIGINT', 'group'),
    interrupted('running workflows', 8, 'SIGINT', 'group'),
    interrupted('starting', 0.3, 'SIGKILL', 'process'),
    interrupted('running workflows', 4, 'SIGKILL', 'process'),
  ]);
  for (const { left, code, stdout, stderr } of [early, middle, late]) {
    expect(left).toEqual([]);
    expect(stderr).toBe('Error: Interrupted. All that the demo had started has been stopped.\n');
    expect(stdout).toContain('SIGINT: stopping the sandbox …');
    expect(code).toBe(1);
  }
  for (const { left, signal } of [killedEarly, killed]) {
    expect(left).toEqual([]);
    expect(signal).toBe('SIGKILL');
  }
  // It was in the middle of its first run.
  for (const { seen } of [middle, late, killed]) {
    expect(seen.some((args) => args.includes('launch.py'))).toBe(true);
    expect(seen.some(isAct)).toBe(true);
  }
}, 90_000);
