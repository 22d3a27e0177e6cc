import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { infoFile, type SandboxInfo } from '../sandbox/state.ts';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

/** What runs on this machine, without what has ended and only waits to be noticed. */
export function processes(): Process[] {
  return execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,state=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((row) => {
      const [, pid, parent, state = 'Z', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
      return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
    });
}

/** A process and all below it. */
export function family(pid: number, all: readonly Process[] = processes()): Process[] {
  const own = all.filter((process) => process.pid === pid);
  return [...own, ...all.filter(({ parent }) => parent === pid).flatMap((child) => family(child.pid, all))];
}

/** Notes every process that is ever seen below `pid`, until it is told to stop. */
export function watchFamily(pid: number): { readonly seen: ReadonlyMap<number, string>; stop(): void } {
  const seen = new Map<number, string>();
  const look = (): void => {
    for (const member of family(pid)) seen.set(member.pid, member.args);
  };
  look();
  const timer = setInterval(look, 100);
  return { seen, stop: () => clearInterval(timer) };
}

/** Those that still run after `limitMs`, by their arguments; empty as soon as none does. */
export async function stillRunning(seen: ReadonlyMap<number, string>, dir: string, limitMs: number): Promise<string[]> {
  const end = Date.now() + limitMs;
  for (;;) {
    // The arguments must be the same as well: a number may be somebody else's by now.
    const left = processes().filter(({ pid, args }) => seen.get(pid) === args || args.includes(dir));
    if (left.length === 0 || Date.now() > end) return left.map(({ args }) => args);
    await delay(100);
  }
}

export function readInfo(dir: string): SandboxInfo {
  const info: SandboxInfo = JSON.parse(readFileSync(infoFile(dir), 'utf8'));
  return info;
}
