/**
 * Ends processes when their owner could not: it was killed, so the other end of our stdin has closed.
 * Told of each process group by a line: `+<process group id>` when it starts, `-<id>` when it has ended.
 */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** How long they may take to end by themselves. */
const GRACE_MS = 2_000;

const groups = new Set<number>();
// A Ctrl-C or a hang-up is the owner's affair; ours is what is left when it is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

function kill(signal: NodeJS.Signals): void {
  for (const group of groups) {
    try {
      process.kill(-group, signal);
    } catch {
      // It has ended.
      groups.delete(group);
    }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const group = Number(line.slice(1));
  // 0 and 1 would mean our own group, or everything.
  if (!Number.isSafeInteger(group) || group < 2) continue;
  if (line.startsWith('+')) groups.add(group);
  else groups.delete(group);
}
kill('SIGTERM');
const end = Date.now() + GRACE_MS;
while (groups.size > 0 && Date.now() < end) {
  await delay(50);
  for (const group of [...groups]) {
    try {
      process.kill(-group, 0);
    } catch {
      groups.delete(group);
    }
  }
}
kill('SIGKILL');
