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

type Moment = 'starting' | 'bootstrapping' | 'running workflows';

/** By what there is a process for. */
const BEGUN: Readonly<Record<Moment, RegExp>> = {
  starting: /(?:)/,
  bootstrapping: /\bterraform apply\b/,
  'running workflows': /\bact push .*--secret-file/,
};

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
    const reached = (): boolean => [...watch.seen.values()].some((args) => BEGUN[moment].test(args));
    while (!reached()) {
      if (demo.child.exitCode !== null) throw new Error(`It ended by itself: ${JSON.stringify(await demo.ended)}`);
      await delay(100);
    }
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

test('Ctrl-C and SIGKILL end all that the demo has started, whenever they come', async () => {
  const [early, bootstrapping, running, killedEarly, killedBootstrapping, killed] = await Promise.all([
    interrupted('starting', 0.2, 'SIGINT', 'group'),
    interrupted('bootstrapping', 1, 'SIGINT', 'group'),
    interrupted('running workflows', 4, 'SIGINT', 'group'),
    interrupted('starting', 0.3, 'SIGKILL', 'process'),
    interrupted('bootstrapping', 2, 'SIGKILL', 'process'),
    interrupted('running workflows', 4, 'SIGKILL', 'process'),
  ]);
  for (const { left, code, stdout, stderr } of [early, bootstrapping, running]) {
    expect(left).toEqual([]);
    expect(stderr).toBe('Error: Interrupted. All that the demo had started has been stopped.\n');
    expect(stdout).toContain('SIGINT: stopping the sandbox …');
    expect(code).toBe(1);
  }
  for (const { left, signal } of [killedEarly, killedBootstrapping, killed]) {
    expect(left).toEqual([]);
    expect(signal).toBe('SIGKILL');
  }
  // It was in the middle of its first run.
  for (const { seen } of [running, killed]) {
    expect(seen.some((args) => args.includes('launch.py'))).toBe(true);
    expect(seen.some((args) => BEGUN['running workflows'].test(args))).toBe(true);
  }
}, 300_000);
