import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { run, type Deps } from '../src/run.ts';
import { prepare } from './world.ts';

// A runner that is killed: from one call to the outside on, nothing of it happens any more, and CodeDeploy goes on by itself.

const NEVER = new Promise<never>(() => undefined);

/** The same dependencies for a process that dies at its nth call: before the call takes effect, or after it and before the answer. */
function mortal(deps: Deps, dies: { readonly at: number; readonly after: boolean }) {
  let calls = 0;
  const { promise: killed, resolve: kill } = Promise.withResolvers<'killed'>();
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          calls += 1;
          if (calls < dies.at) return Reflect.apply(value, object, args);
          if (calls === dies.at) {
            if (dies.after) await Reflect.apply(value, object, args);
            kill('killed');
          }
          return NEVER;
        };
      },
    });
  const { clock } = deps;
  const mortalDeps: Deps = {
    ...deps,
    functions: guard(deps.functions),
    shifts: guard(deps.shifts),
    alarms: guard(deps.alarms),
    pins: guard(deps.pins),
    clock: { now: () => clock.now(), sleep: guard({ sleep: clock.sleep.bind(clock) }).sleep },
  };
  return { deps: mortalDeps, killed };
}

/** Runs until the nth call, lets time pass, and runs it again. @returns whether it was killed at all, and what it led to */
async function killAndRepeat(
  dies: { readonly at: number; readonly after: boolean },
  pauseMs: number,
  strategy: 'canary-10-5' | 'all-at-once',
): Promise<{ readonly killed: boolean; readonly meanwhile: string; readonly end: unknown }> {
  const { inputs, deps, clock, functions, prod, pinned, file } = prepare();
  // Not published yet, so that this step is among them.
  functions.add('api-ant', 'C', ['A', 'B'], { test: '$LATEST', prod: '2' });
  const wanted = { ...inputs, strategy };
  const first = mortal(deps, dies);
  const ended = await Promise.race([run(wanted, first.deps).then(() => 'ended' as const), first.killed]);
  clock.advance(pauseMs);
  const meanwhile = await prod();
  await run(wanted, deps);
  return {
    killed: ended === 'killed',
    meanwhile,
    end: { prod: await prod(), pins: pinned(), published: functions.changes, commits: file.messages.length },
  };
}

const END = {
  prod: '3',
  pins: { ant: { version: '3', sha256: 'C' } },
  published: ['publish api-ant 3'],
  commits: 1,
};

test.each(['canary-10-5', 'all-at-once'] as const)(
  'a promotion (%s) killed at each of its steps is old or new, and can be repeated',
  async (strategy) => {
    let steps = 0;
    for (const after of [false, true]) {
      for (const pauseMs of [60_000, 10 * 60_000]) {
        // Between the beginning and the end a canary is looked at over and over: one look is like the next.
        for (let at = 1, killed = true; killed; at += at < 40 ? 1 : 29) {
          const seen = await killAndRepeat({ at, after }, pauseMs, strategy);
          expect(seen.end).toEqual(END);
          // After a while in which nobody has repeated it, it is old or new all the same.
          expect(pauseMs < 6 * 60_000 ? '2' : seen.meanwhile).toMatch(/^[23]$/);
          killed = seen.killed;
          steps += 1;
        }
      }
    }
    expect(steps).toBeGreaterThan(60);
  },
  60_000,
);

test('whenever it is repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 600 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 10 * 60_000 }),
      async (at, after, pauseMs) => {
        expect((await killAndRepeat({ at, after }, pauseMs, 'canary-10-5')).end).toEqual(END);
      },
    ),
    { numRuns: 30 },
  );
}, 60_000);
