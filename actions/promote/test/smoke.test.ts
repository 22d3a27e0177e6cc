import { describe, expect, test } from '@jest/globals';
import { run } from '../src/run.ts';
import { prepare } from './world.ts';

const FAILS = ['"a call" was answered 500 instead of 200'];

describe('the smoke test', () => {
  test('goes through test and prod before, and through prod after', async () => {
    const { inputs, deps, called } = prepare();
    await run(inputs, deps);
    expect(called).toEqual(['test', 'prod', 'prod']);
  });

  test('that fails through test: nothing is moved', async () => {
    const { inputs, deps, shifts, world, file } = prepare();
    world.answers = (stage) => (stage === 'test' ? FAILS : []);
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'ant, as the stage test runs it, fails its smoke test: "a call" was answered 500 instead of 200.',
    });
    expect([shifts.calls, file.text]).toEqual([[], undefined]);
  });

  test('is not sent through test for a version that test does not run', async () => {
    const { inputs, deps, functions, called } = prepare();
    functions.set('api-ant', 'prod', '2');
    await run({ ...inputs, version: '1' }, deps);
    expect(called).toEqual(['prod', 'prod']);
  });

  test('that fails after, and had passed before: the old version is back, the pin stays, and the run is red', async () => {
    const { inputs, deps, shifts, functions, world, prod, file, summaries } = prepare();
    world.answers = (stage) => (stage === 'prod' && functions.now('api-ant', 'prod') === '2' ? FAILS : []);
    await expect(run({ ...inputs, strategy: 'canary-10-5' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message:
        'ant: Version 2 fails its smoke test through the stage prod: "a call" was answered 500 instead of 200. prod runs version 1 again.',
    });
    expect(shifts.calls).toEqual(['start api-ant 1 2 canary', 'start api-ant 2 1 all at once']);
    expect([await prod(), file.text]).toEqual(['1', undefined]);
    expect(summaries[0]).toContain('❌ failed its smoke test. prod runs version 1 again.');
  });

  test('that had failed before, too: the new version stays and is pinned, with an error', async () => {
    const { inputs, deps, world, prod, pinned, warnings } = prepare();
    world.answers = (stage) => (stage === 'prod' ? FAILS : []);
    await expect(run(inputs, deps)).rejects.toThrow('Version 1 did so, too, so 2 stays and is pinned.');
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
    expect(warnings()[0]).toBe(
      'ant: before the shift, through the stage prod: "a call" was answered 500 instead of 200',
    );
  });

  test('that mends what had failed is a success', async () => {
    const { inputs, deps, functions, world, pinned } = prepare();
    world.answers = (stage) => (stage === 'prod' && functions.now('api-ant', 'prod') === '1' ? FAILS : []);
    await run(inputs, deps);
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
  });

  test('that fails for what runs already is a warning', async () => {
    const { inputs, deps, functions, world, warnings } = prepare();
    functions.set('api-ant', 'prod', '2');
    world.answers = () => FAILS;
    await run(inputs, deps);
    expect(warnings()).toEqual(['ant: through the stage prod: "a call" was answered 500 instead of 200']);
  });

  test('that is not there is said', async () => {
    const { inputs, deps, files, called, log } = prepare();
    delete files['lambdas/ant/smoke.json'];
    await run(inputs, deps);
    expect(called).toEqual([]);
    expect(log.text()).toContain('ant: there is no lambdas/ant/smoke.json, so it is not called before and after.');
  });
});
