import { describe, expect, test } from '@jest/globals';
import { formatPins, type Pins } from '../../lib/pins.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { FakePinPulls } from '../../lib/test/fakes/pin-pulls.ts';
import { promotionWorld } from '../../lib/test/fakes/promotion.ts';
import { FakeFile } from '../../lib/test/fakes/repository-file.ts';
import type { Inputs } from '../src/inputs.ts';
import { run, type Deps } from '../src/run.ts';

const A = { version: '1', sha256: 'A' };
const B = { version: '2', sha256: 'B' };

function prepare(pins: Pins | undefined, ids: readonly string[] = ['ant']) {
  const world = promotionWorld(ids);
  const file = new FakeFile('terraform/promotions/test.json', pins === undefined ? undefined : formatPins(pins));
  const pulls = new FakePinPulls(file);
  const summaries: string[] = [];
  const deps: Deps = {
    ...world.deps,
    parameters: world.parameters,
    pins: file,
    pulls,
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
  };
  const inputs: Inputs = { environment: 'test', strategy: 'canary-10-5', check: false, keep: 20, token: 'token' };
  return { ...world, deps, inputs, check: { ...inputs, check: true }, file, pulls, summaries };
}

describe('an alias that runs other code than is pinned', () => {
  test('is shifted forward step by step, and the pin stays as it is', async () => {
    const { inputs, deps, shifts, prod, file, summaries } = prepare({ ant: B });
    expect(await run(inputs, deps)).toEqual({ needed: true, reconciled: [{ id: 'ant', from: '1', to: '2' }] });
    expect(shifts.calls).toEqual(['start api-ant 1 2 canary']);
    expect(await prod()).toBe('2');
    expect(file.messages).toEqual([]);
    expect(summaries[0]).toContain('| `ant` | 1 | 2 | canary |');
  });

  test('is shifted backward all at once', async () => {
    const { inputs, deps, functions, shifts, prod } = prepare({ ant: A });
    functions.set('api-ant', 'prod', '2');
    await run(inputs, deps);
    expect(shifts.calls).toEqual(['start api-ant 2 1 all at once']);
    expect(await prod()).toBe('1');
  });

  test('is found by its code in a fresh account, where numbers begin at 1', async () => {
    const { inputs, deps, prod, log } = prepare({ ant: { version: '17', sha256: 'B' } });
    await run(inputs, deps);
    expect(await prod()).toBe('2');
    expect(log.text()).toContain('ant: runs version 1, and version 2 is pinned, which is 17 in the pin file.');
  });

  test('is left as it is by a check, which says so', async () => {
    const { check, deps, shifts, log, summaries } = prepare({ ant: B });
    expect(await run(check, deps)).toEqual({ needed: true, reconciled: [] });
    expect(shifts.calls).toEqual([]);
    expect(log.text()).toContain('ant: runs version 1, and version 2 is pinned.');
    expect(summaries).toEqual([]);
  });

  test('between two versions that nobody shifts is taken to the pinned one', async () => {
    const { inputs, deps, functions, prod } = prepare({ ant: B });
    functions.set('api-ant', 'prod', '1', { 2: 0.1 });
    await run(inputs, deps);
    expect(await prod()).toBe('2');
  });

  test('and cannot be shifted: the run is red', async () => {
    const { inputs, deps, shifts, prod } = prepare({ ant: B, bee: B }, ['ant', 'bee']);
    shifts.fails = ({ functionName }) =>
      functionName === 'api-ant' ? { afterMs: 1_000, code: 'ALARM_ACTIVE', message: 'An alarm fired.' } : undefined;
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'ant: The shift to version 2 failed. An alarm fired (ALARM_ACTIVE). prod runs version 1 again.',
      hint: 'The pins are as they were. When the cause is gone, run this job again.',
    });
    expect([await prod('ant'), await prod('bee')]).toEqual(['1', '2']);
  });
});

describe('nothing is to be done', () => {
  test.each([
    ['where nothing is pinned', {}],
    ['where there is no pin file', undefined],
    ['where prod runs what is pinned, under whatever number', { ant: { version: '9', sha256: 'A' } }],
  ])('%s', async (_, pins) => {
    const { inputs, check, deps, shifts, summaries } = prepare(pins);
    expect(await run(check, deps)).toEqual({ needed: false, reconciled: [] });
    expect(await run(inputs, deps)).toEqual({ needed: false, reconciled: [] });
    expect([shifts.calls, summaries]).toEqual([[], []]);
  });

  test('before the first apply, as far as a check knows', async () => {
    const nowhere = { parameters: fakeParameters({}) };
    const without = prepare({});
    expect(await run(without.check, { ...without.deps, ...nowhere })).toEqual({ needed: false, reconciled: [] });
    const pinned = prepare({ ant: A });
    expect(await run(pinned.check, { ...pinned.deps, ...nowhere })).toEqual({ needed: true, reconciled: [] });
    await expect(run(pinned.inputs, { ...pinned.deps, ...nowhere })).rejects.toThrow('There is no SSM parameter');
  });
});

describe('left alone, and said', () => {
  test('is a shift that is going on', async () => {
    const { inputs, deps, shifts, clock, log } = prepare({ ant: A });
    await shifts.start({
      ...{ application: 'api', functionName: 'api-ant', alias: 'prod', from: '1', to: '2', description: '' },
      ...{ config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes', watchAlarms: true },
    });
    clock.advance(60_000);
    expect(await run(inputs, deps)).toMatchObject({ needed: false });
    expect(log.text()).toContain(
      'ant: a shift to version 2 is going on since 2026-03-02T09:00:00.000Z, and is left alone',
    );
    expect(shifts.calls).toHaveLength(1);
  });

  test('is a pin that an open pull request of a promotion is about to change to what runs', async () => {
    const { inputs, deps, functions, pulls, shifts, log, summaries } = prepare({ ant: A });
    functions.set('api-ant', 'prod', '2');
    pulls.add(7, formatPins({ ant: B }));
    expect(await run(inputs, deps)).toEqual({ needed: false, reconciled: [] });
    expect(shifts.calls).toEqual([]);
    expect(log.text()).toContain('ant: runs version 2, which pull request #7 is about to pin, and is left alone');
    expect(summaries[0]).toContain('pull request');
  });

  test('but not one that is about to change to something else, or that is malformed', async () => {
    const { inputs, deps, functions, pulls, prod, warnings } = prepare({ ant: A });
    functions.set('api-ant', 'prod', '2');
    pulls.add(7, formatPins({ ant: { version: '3', sha256: 'C' } }));
    pulls.add(8, '{ "ant": 7 }');
    await run(inputs, deps);
    expect(await prod()).toBe('1');
    expect(warnings()[0]).toContain('Pull request #8: terraform/promotions/test.json is not a pin file');
  });

  test('is a pin of a lambda that is not there', async () => {
    const { inputs, deps, warnings } = prepare({ wasp: A });
    expect(await run(inputs, deps)).toMatchObject({ needed: false });
    expect(warnings()).toEqual([
      'wasp: is pinned in terraform/promotions/test.json, and this environment has no such lambda with an alias prod. Remove the pin, if the lambda is gone for good.',
    ]);
  });
});

test('a pin whose code no version has is an error that says how to go on; the others are shifted', async () => {
  const { inputs, check, deps, prod } = prepare({ ant: { version: '9', sha256: 'Z' }, bee: B }, ['ant', 'bee']);
  expect(await run(check, deps)).toMatchObject({ needed: true });
  await expect(run(inputs, deps)).rejects.toThrow(
    'ant: no version has the code that terraform/promotions/test.json pins (version 9, sha256 Z). Promote a version that is there, which pins it, or revert',
  );
  expect([await prod('ant'), await prod('bee')]).toEqual(['1', '2']);
});

describe('old versions', () => {
  const codes = Array.from({ length: 25 }, (_, index) => `code-${index + 1}`);

  test('are deleted, but for the newest, the pinned one, and those that an alias runs', async () => {
    const { inputs, deps, functions, summaries } = prepare({ ant: { version: '2', sha256: 'code-2' } });
    functions.add('api-ant', 'code-25', codes, { test: '$LATEST', prod: '2', other: '4' });
    functions.set('api-ant', 'another', '24', { 3: 0.1 });
    await run(inputs, deps);
    expect(functions.changes).toEqual(['delete api-ant 1', 'delete api-ant 5']);
    expect(summaries[0]).toContain('2 old versions were deleted.');
    await run({ ...inputs, keep: 3 }, deps);
    expect((await functions.versions('api-ant')).map(({ version }) => version)).toEqual([
      '2',
      '3',
      '4',
      '23',
      '24',
      '25',
    ]);
  });

  test('that cannot be deleted are a warning', async () => {
    const { inputs, deps, functions, warnings } = prepare({});
    functions.add('api-ant', 'code-25', codes, { test: '$LATEST', prod: '25' });
    functions.deleteVersion = () => Promise.reject(new Error('AccessDenied'));
    expect(await run(inputs, deps)).toEqual({ needed: false, reconciled: [] });
    expect(warnings()).toEqual(['Old versions of ant were not deleted: AccessDenied']);
  });

  test('stay in a check', async () => {
    const { check, deps, functions } = prepare({});
    functions.add('api-ant', 'code-25', codes, { test: '$LATEST', prod: '25' });
    await run(check, deps);
    expect(functions.changes).toEqual([]);
  });
});
