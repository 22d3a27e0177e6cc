import { describe, expect, test } from '@jest/globals';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { run } from '../src/run.ts';
import { PINS, prepare } from './world.ts';

describe('without a version, what test runs is promoted', () => {
  test('as the newest published version with that code; then it is pinned', async () => {
    const { inputs, deps, shifts, file, pinned, summaries, prod } = prepare();
    expect(await run(inputs, deps)).toEqual({
      promoted: [{ id: 'ant', functionName: 'api-ant', from: '1', to: '2', sha256: 'B', tested: true }],
      commit: 'c0ffee1',
    });
    expect(shifts.calls).toEqual(['start api-ant 1 2 all at once']);
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
    expect(file.messages).toEqual(['Promote ant 2\n\nMoved by the promote workflow for octocat.']);
    expect(summaries[0]).toContain('| `ant` | 1 | 2 | all at once | 2 s | ✅ shifted ·');
    expect(summaries[0]).toContain('Pinned by [c0ffee1](https://github.com/octo/repo/commit/c0ffee1).');
  });

  test('of several versions with the same code, the newest', async () => {
    const { inputs, deps, functions } = prepare();
    functions.add('api-ant', 'B', ['B', 'A', 'B', 'C'], { test: '$LATEST', prod: '2' });
    expect((await run(inputs, deps)).promoted[0]?.to).toBe('3');
  });

  test('a version is published only when there is none with that code (K15)', async () => {
    const { inputs, deps, functions, prod } = prepare();
    functions.add('api-ant', 'C', ['A', 'B'], { test: '$LATEST', prod: '1' });
    await run(inputs, deps);
    expect(functions.changes).toEqual(['publish api-ant 3']);
    expect(await prod()).toBe('3');
    await run(inputs, deps);
    expect(functions.changes).toHaveLength(1);
  });

  test('also where test runs a published version', async () => {
    const { inputs, deps, functions } = prepare();
    functions.add('api-ant', 'C', ['A', 'B', 'C'], { test: '2', prod: '1' });
    expect((await run(inputs, deps)).promoted[0]).toMatchObject({ to: '2', tested: true });
  });
});

describe('with a version', () => {
  test('that one is promoted, and a warning says when it is not what test runs', async () => {
    const { inputs, deps, log, summaries, functions, prod } = prepare();
    functions.set('api-ant', 'prod', '2');
    const { promoted } = await run({ ...inputs, version: '1' }, deps);
    expect(promoted[0]).toMatchObject({ from: '2', to: '1', sha256: 'A', tested: false });
    expect(await prod()).toBe('1');
    expect(log.lines.filter(({ level }) => level === 'warning').map(({ text }) => text)).toEqual([
      'ant: version 1 is not the code that the test alias runs.',
    ]);
    expect(summaries[0]).toContain('not what the test alias runs');
  });

  test('that is not there, the newest are named and nothing moves', async () => {
    const { inputs, deps, functions, file } = prepare();
    functions.add('api-ant', 'G', ['A', 'B', 'C', 'D', 'E', 'F'], { test: '$LATEST', prod: '1' });
    await expect(run({ ...inputs, version: '9' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'api-ant has no version 9.',
      hint: 'The newest are: 2, 3, 4, 5, 6.',
    });
    expect(functions.changes).toEqual([]);
    expect(file.text).toBeUndefined();
  });

  test('of a function that has none yet, what to do is said', async () => {
    const { inputs, deps, functions } = prepare();
    functions.add('api-ant', 'A', [], { test: '$LATEST', prod: '$LATEST' });
    await expect(run({ ...inputs, version: '1' }, deps)).rejects.toMatchObject({
      hint: 'It has none yet: promote without a version.',
    });
  });
});

describe('what is missing is one clear sentence, and nothing moves', () => {
  test('a lambda that is not there: the ones that are, are named', async () => {
    const { inputs, deps, functions } = prepare({ ids: ['ant', 'bee'] });
    await expect(run({ ...inputs, functions: ['ant', 'wasp'] }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'There is no lambda "wasp" in this environment.',
      hint: 'It has: ant, bee. A new one is applied first.',
    });
    expect(functions.changes).toEqual([]);
  });

  test.each(['test', 'prod'])('the alias %s', async (missing) => {
    const { inputs, deps, functions } = prepare();
    functions.add('api-ant', 'B', ['A', 'B'], missing === 'test' ? { prod: '1' } : { test: '$LATEST' });
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: `api-ant has no alias "${missing}".`,
      hint: 'Apply the environment first.',
    });
    expect(functions.changes).toEqual([]);
  });

  test('an environment that was never applied', async () => {
    const { inputs, deps } = prepare();
    await expect(run({ ...inputs, environment: 'production' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('/terraform/production/deploy-targets'),
    });
  });

  test('targets that Terraform did not write like this are a fault of ours', async () => {
    const { inputs, deps } = prepare();
    for (const text of ['no JSON', '{}', '{"lambdas":{"ant":{}}}']) {
      const parameters = fakeParameters({ '/terraform/test/deploy-targets': text });
      await expect(run(inputs, { ...deps, parameters })).rejects.toThrow('The deploy targets parameter is not what is');
    }
  });

  test('a pin file that is malformed', async () => {
    const { inputs, deps, functions, file } = prepare({ pins: '{ "ant": "7" }' });
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: `${PINS} is not a pin file: "ant" has no version (a number as text) and sha256.`,
    });
    expect(functions.changes).toEqual([]);
    expect(file.text).toBe('{ "ant": "7" }');
  });
});

describe('several functions', () => {
  test('are all moved and pinned in one commit; other pins stay', async () => {
    const { inputs, deps, file, pinned } = prepare({
      ids: ['ant', 'bee'],
      pins: '{ "wasp": { "version": "5", "sha256": "W" } }',
    });
    await run({ ...inputs, functions: 'all' }, deps);
    expect(file.messages).toHaveLength(1);
    expect(pinned()).toEqual({
      ant: { version: '2', sha256: 'B' },
      bee: { version: '2', sha256: 'B' },
      wasp: { version: '5', sha256: 'W' },
    });
  });

  test('of which the second cannot be moved: the others are moved and pinned, and the error is the error', async () => {
    const { inputs, deps, shifts, pinned, summaries, prod, log } = prepare({ ids: ['ant', 'bee', 'cow'] });
    const start = shifts.start.bind(shifts);
    shifts.start = (request) =>
      request.functionName === 'api-bee' ? Promise.reject(new Error('Throttled')) : start(request);
    await expect(run({ ...inputs, functions: 'all' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'bee: Throttled prod runs version 1.',
      hint: 'What went well is pinned. When the cause is gone, promote again.',
    });
    expect([await prod('ant'), await prod('bee'), await prod('cow')]).toEqual(['2', '1', '2']);
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' }, cow: { version: '2', sha256: 'B' } });
    expect(summaries[0]).toContain('| `ant` | 1 | 2 |');
    expect(summaries[0]).toContain('| `bee` | 1 | 2 | all at once | 0 s | ❌ failed |');
    expect(log.text()).toContain('bee: Throttled');
  });

  test('of which the second is not there: nothing moves', async () => {
    const { inputs, deps, functions } = prepare({ ids: ['ant', 'bee'] });
    functions.add('api-bee', 'B', ['A', 'B'], { test: '$LATEST' });
    await expect(run({ ...inputs, functions: 'all' }, deps)).rejects.toThrow('api-bee has no alias "prod".');
    expect(functions.changes).toEqual([]);
  });
});

describe('what happens at the same time', () => {
  test.each(['2', '3'])(
    'an alias that somebody else moves (to %s) is left as it is, and nothing is pinned',
    async (version) => {
      const { inputs, deps, functions, alarms, prod, file } = prepare();
      const beginningWith = alarms.beginningWith.bind(alarms);
      alarms.beginningWith = (prefix) => {
        functions.set('api-ant', 'prod', version); // After it was looked up.
        return beginningWith(prefix);
      };
      await expect(run(inputs, deps)).rejects.toMatchObject({
        name: 'UserError',
        message: `ant: The shift to version 2 failed. The current version of the alias is not the one in the AppSpec (CUSTOMER_APPLICATION_UNHEALTHY). prod runs version ${version}.`,
      });
      expect(await prod()).toBe(version);
      expect(file.text).toBeUndefined();
    },
  );

  test('a pin that somebody else commits is kept: ours is made on top', async () => {
    const { inputs, deps, file, pinned } = prepare();
    file.beforeCommit = () => {
      file.beforeCommit = () => undefined;
      file.text = '{ "wasp": { "version": "5", "sha256": "W" } }\n';
    };
    await run(inputs, deps);
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' }, wasp: { version: '5', sha256: 'W' } });
  });
});

describe('repeating', () => {
  test('what is there already changes nothing', async () => {
    const { inputs, deps, shifts, file, log, summaries } = prepare();
    await run(inputs, deps);
    const { text } = file;
    const again = await run(inputs, deps);
    expect(again).toEqual({ promoted: [expect.objectContaining({ from: '2', to: '2' })] });
    expect(shifts.calls).toHaveLength(1);
    expect(file.text).toBe(text);
    expect(file.messages).toHaveLength(1);
    expect(log.text()).toContain('ant: prod runs version 2 already.');
    expect(summaries[1]).toContain('ran it already');
    expect(summaries[1]).toContain('The pin file was right already.');
  });

  test('a run that was interrupted between move and pin ends in the same state', async () => {
    const { inputs, deps, file, shifts, pinned, prod } = prepare();
    file.beforeCommit = () => {
      throw new Error('The runner is gone');
    };
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: `What runs is not in ${PINS} yet: The runner is gone`,
    });
    expect(await prod()).toBe('2');
    expect(file.text).toBeUndefined();

    file.beforeCommit = () => undefined;
    await run(inputs, deps);
    expect(shifts.calls).toEqual(['start api-ant 1 2 all at once']);
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
  });
});

describe('old versions', () => {
  test('are deleted, but the newest, what runs, and what is and was pinned', async () => {
    const { inputs, deps, functions } = prepare({ pins: '{ "ant": { "version": "2", "sha256": "B" } }\n' });
    functions.add('api-ant', 'F', ['A', 'B', 'C', 'D', 'E', 'F'], { test: '$LATEST', prod: '2' });
    await run({ ...inputs, version: '3', keep: 2 }, deps);
    expect((await functions.versions('api-ant')).map(({ version }) => version)).toEqual(['2', '3', '5', '6']);
  });

  test('that cannot be deleted are a warning', async () => {
    const { inputs, deps, functions, log } = prepare();
    functions.deleteVersion = () => Promise.reject(new Error('not today'));
    expect((await run({ ...inputs, keep: 1 }, deps)).promoted).toHaveLength(1);
    expect(log.text()).toContain('Old versions of ant were not deleted: not today');
  });
});
