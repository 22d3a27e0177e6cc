import { describe, expect, test } from '@jest/globals';
import { run } from '../src/run.ts';
import { prepare } from './world.ts';

const MINUTE = 60_000;
const CANARY = { strategy: 'canary-10-5' } as const;

describe('step by step', () => {
  test('a canary is followed live, and pinned when all calls go to the new version', async () => {
    const { inputs, deps, log, alarms, shifts, prod, pinned, summaries } = prepare();
    await run({ ...inputs, ...CANARY }, deps);
    expect(alarms.calls).toEqual(['measure api-ant-prod-shift-errors 2']);
    expect(shifts.requests[0]).toEqual({
      application: 'api',
      functionName: 'api-ant',
      alias: 'prod',
      from: '1',
      to: '2',
      config: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
      description: 'ant: version 1 to 2, for octocat',
      watchAlarms: true,
    });
    expect(log.text()).toContain(
      'ant: version 1 → 2, 10 % of the calls for 5 minutes, then all. CodeDeploy deployment d-1',
    );
    expect(log.text()).toContain('ant: AllowTraffic has begun');
    expect(log.text()).toContain('ant: 10 % of calls go to version 2 (canary, 4:58 left)');
    expect(log.text()).toContain('ant: 100 % of calls go to version 2 (canary)');
    // Only what changes is told.
    expect(log.lines.filter(({ text }) => text.includes('% of calls go'))).toHaveLength(2);
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
    expect(summaries[0]).toContain(
      '| `ant` | 1 | 2 | canary | 5 min 0 s | ✅ shifted · [deployment](https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=eu-west-1) |',
    );
  });

  test('a linear one says each step', async () => {
    const { inputs, deps, log } = prepare();
    await run({ ...inputs, strategy: 'linear-10-1' }, deps);
    const shares = [...log.text().matchAll(/ant: (\d+) % of calls/g)].map(([, share]) => Number(share));
    expect(shares).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  });

  test('several at the same time: as long as one', async () => {
    const { inputs, deps, clock } = prepare({ ids: ['ant', 'bee', 'cow'] });
    const begun = clock.now();
    await run({ ...inputs, ...CANARY, functions: 'all' }, deps);
    expect(clock.now() - begun).toBeLessThan(6 * MINUTE);
  });

  test('without an alarm that judges it is refused', async () => {
    const { inputs, deps, alarms, shifts } = prepare();
    alarms.beginningWith = () => Promise.resolve([]);
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toMatchObject({
      message: 'No alarm judges a gradual shift of ant (there is none whose name begins with api-ant-prod-shift-).',
    });
    expect(shifts.calls).toEqual([]);
  });
});

describe('a shift that fails', () => {
  const ALARM = {
    afterMs: MINUTE,
    code: 'ALARM_ACTIVE',
    message: 'One or more alarms have been activated. Activated alarms: api-ant-prod-shift-errors.',
  };

  test('by its alarm: prod is as it was, the pin has not moved, and it is said why', async () => {
    const { inputs, deps, shifts, prod, pinned, summaries, log } = prepare({
      pins: '{ "ant": { "version": "1", "sha256": "A" } }',
    });
    shifts.fails = () => ALARM;
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message:
        'ant: The shift to version 2 failed. One or more alarms have been activated. Activated alarms: api-ant-prod-shift-errors (ALARM_ACTIVE). The alarm api-ant-prod-shift-errors fired. prod runs version 1 again.',
    });
    expect(await prod()).toBe('1');
    expect(pinned()).toEqual({ ant: { version: '1', sha256: 'A' } });
    expect(log.text()).toContain('ant: 10 % of calls go to version 2');
    expect(summaries[0]).toContain('Not everything was promoted in `test`');
    expect(summaries[0]).toContain('❌ failed. prod runs version 1 again.');
    expect(summaries[0]).toContain(
      '(https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/api-ant-prod-shift-errors)',
    );
    expect(summaries[0]).toContain('No pin has changed.');
  });

  test('of several: the others are pinned', async () => {
    const { inputs, deps, shifts, prod, pinned } = prepare({ ids: ['ant', 'bee'] });
    shifts.fails = ({ functionName }) => (functionName === 'api-ant' ? ALARM : undefined);
    await expect(run({ ...inputs, ...CANARY, functions: 'all' }, deps)).rejects.toThrow('ant: The shift');
    expect([await prod('ant'), await prod('bee')]).toEqual(['1', '2']);
    expect(pinned()).toEqual({ bee: { version: '2', sha256: 'B' } });
  });

  test('and does not go back by itself: this run takes it back, so that nothing stays between', async () => {
    const { inputs, deps, shifts, functions, prod, warnings } = prepare();
    shifts.fails = () => ALARM;
    shifts.rollsBack = false;
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toThrow('this run has moved it');
    expect(functions.changes).toEqual(['move api-ant prod 1']);
    expect(await prod()).toBe('1');
    expect(warnings().join()).toContain('CodeDeploy has not gone back by itself');
  });

  test('by somebody who stops it', async () => {
    const { inputs, deps, shifts, clock, prod } = prepare();
    clock.onPassing(() => {
      if (shifts.calls.length === 1) void shifts.stop('d-1');
    });
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toThrow(
      'The deployment was stopped by a user (MANUAL_STOP). prod runs version 1 again.',
    );
    expect(await prod()).toBe('1');
  });

  test('by a hook', async () => {
    const { inputs, deps, shifts } = prepare();
    shifts.fails = () => ({
      afterMs: MINUTE,
      code: 'HOOK_EXECUTION_FAILURE',
      message: 'The hook BeforeAllowTraffic failed.',
    });
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toThrow(
      'The hook BeforeAllowTraffic failed (HOOK_EXECUTION_FAILURE).',
    );
  });

  test('only to be seen: what goes on without us is said, and how to look (K23)', async () => {
    const { inputs, deps, shifts, pinned, clock } = prepare();
    const begun = clock.now();
    const get = shifts.get.bind(shifts);
    shifts.get = async (id) => ({ ...(await get(id)), status: 'InProgress' });
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toThrow(
      /ant: It has not ended within 20 minutes\. CodeDeploy goes on without this run: see https:.*d-1.*Promote the same version again/,
    );
    expect(clock.now() - begun).toBeGreaterThan(20 * MINUTE);
    expect(pinned()).toBeUndefined();
  });

  test('a look that fails once is no failure', async () => {
    const { inputs, deps, shifts, warnings } = prepare();
    const events = shifts.events.bind(shifts);
    let left = 2;
    shifts.events = (id) => (left-- > 0 ? Promise.reject(new Error('Rate exceeded')) : events(id));
    await run({ ...inputs, ...CANARY }, deps);
    expect(warnings()).toEqual([
      'ant: how far it is could not be read (Rate exceeded).',
      'ant: how far it is could not be read (Rate exceeded).',
    ]);
  });
});

describe('while alarms fire (K16)', () => {
  test('step by step is refused, with the alarm and the way out', async () => {
    const { inputs, deps, alarms, shifts } = prepare();
    alarms.add('api-ant-prod-errors', true, '7 datapoints were above 5');
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message:
        'The alarm api-ant-prod-errors fires (7 datapoints were above 5), so ant is not shifted step by step now.',
      hint: 'Wait until it is quiet, or promote with the strategy all-at-once, which works while alarms fire.',
    });
    expect(shifts.calls).toEqual([]);
  });

  test('all at once goes on, no alarm stops it, and it is said', async () => {
    const { inputs, deps, alarms, shifts, prod, warnings } = prepare();
    alarms.add('api-ant-prod-errors', true, 'broken');
    await run(inputs, deps);
    expect(shifts.requests[0]?.watchAlarms).toBe(false);
    expect(await prod()).toBe('2');
    expect(warnings()).toEqual([
      'ant: the alarm api-ant-prod-errors fires (broken). All at once goes on all the same.',
    ]);
  });

  test('so does the way back, whatever was chosen', async () => {
    const { inputs, deps, alarms, functions, shifts, clock, prod, log } = prepare();
    functions.set('api-ant', 'prod', '2');
    alarms.add('api-ant-prod-errors', true, 'broken');
    const begun = clock.now();
    await run({ ...inputs, ...CANARY, version: '1' }, deps);
    expect(shifts.calls).toEqual(['start api-ant 2 1 all at once']);
    expect(clock.now() - begun).toBeLessThan(30_000);
    expect(await prod()).toBe('1');
    expect(log.text()).toContain('ant: version 1 is older than 2, so it goes all at once.');
  });

  test('the alarm that judges a shift, still firing from the last one, is no hindrance', async () => {
    const { inputs, deps, alarms, prod } = prepare();
    alarms.add('api-ant-prod-shift-errors', true, 'the version before');
    await run({ ...inputs, ...CANARY }, deps);
    expect(await prod()).toBe('2');
  });
});

describe('when another shift is going on', () => {
  const request = {
    application: 'api',
    functionName: 'api-ant',
    alias: 'prod',
    from: '1',
    description: '',
    watchAlarms: true,
  };
  const config = 'CodeDeployDefault.LambdaCanary10Percent5Minutes';

  test('to the same version, it is taken over', async () => {
    const { inputs, deps, shifts, clock, log, prod, pinned, summaries } = prepare();
    await shifts.start({ ...request, to: '2', config });
    clock.advance(MINUTE);
    await run(inputs, deps);
    expect(shifts.calls).toHaveLength(1);
    expect(log.text()).toContain(
      'ant: a shift to version 2 is going on since 2026-03-02T09:00:00.000Z (deployment d-1); it is followed',
    );
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
    expect(summaries[0]).toContain('| `ant` | 1 | 2 | canary | 4 min 0 s |');
  });

  test('to another one, it is said, with what to do', async () => {
    const { inputs, deps, functions, shifts, clock } = prepare();
    functions.add('api-ant', 'C', ['A', 'B', 'C'], { test: '$LATEST', prod: '1' });
    await shifts.start({ ...request, to: '2', config });
    clock.advance(MINUTE);
    await expect(run(inputs, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'Another shift of ant is going on, to version 2, since 2026-03-02T09:00:00.000Z (deployment d-1).',
      hint: 'Wait until it has ended, or stop it at https://eu-west-1.console.aws.amazon.com/codesuite/codedeploy/deployments/d-1?region=eu-west-1 and promote again.',
    });
    expect(shifts.calls).toHaveLength(1);
  });

  test('two at once: both end with the new version, and one pin', async () => {
    const { inputs, deps, shifts, file, prod } = prepare();
    const wanted = { ...inputs, ...CANARY };
    const both = await Promise.all([run(wanted, deps), run(wanted, deps)]);
    expect(both.map(({ promoted }) => promoted[0]?.to)).toEqual(['2', '2']);
    expect(shifts.calls).toEqual(['start api-ant 1 2 canary']);
    expect(await prod()).toBe('2');
    expect(file.messages).toHaveLength(1);
  });

  test('two at once to different versions: the second says so, and changes nothing', async () => {
    const { inputs, deps, functions, shifts, prod, pinned } = prepare();
    functions.add('api-ant', 'C', ['A', 'B', 'C'], { test: '$LATEST', prod: '1' });
    const wanted = { ...inputs, ...CANARY };
    const [first, second] = await Promise.allSettled([
      run({ ...wanted, version: '2' }, deps),
      run({ ...wanted, version: '3' }, deps),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('Another shift of ant is going on, to version 2') },
    });
    expect(shifts.calls).toHaveLength(1);
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
  });
});

describe('cancelled', () => {
  test('in the middle: CodeDeploy goes back, what had moved is pinned, and the run is red', async () => {
    const { inputs, deps, shifts, functions, clock, cancel, prod, pinned, warnings } = prepare({ ids: ['ant', 'bee'] });
    functions.set('api-bee', 'prod', '2');
    clock.onPassing(() => {
      if (shifts.calls.length === 1) cancel.abort();
    });
    await expect(run({ ...inputs, ...CANARY, functions: 'all' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'ant: The shift to version 2 was cancelled. prod runs version 1 again.',
    });
    expect(shifts.calls).toEqual(['start api-ant 1 2 canary', 'stop d-1']);
    expect(await prod()).toBe('1');
    expect(pinned()).toEqual({ bee: { version: '2', sha256: 'B' } });
    expect(warnings()).toEqual(['ant: cancelled. CodeDeploy was told to stop, and to go back to version 1.']);
  });

  test('where CodeDeploy cannot be told: it is said that it goes on', async () => {
    const { inputs, deps, shifts, clock, cancel } = prepare();
    clock.onPassing(() => cancel.abort());
    shifts.stop = () => Promise.reject(new Error('AccessDenied'));
    await expect(run({ ...inputs, ...CANARY }, deps)).rejects.toThrow(
      'ant: The run was cancelled, and CodeDeploy could not be told to stop (AccessDenied). CodeDeploy goes on without this run: see https://',
    );
  });

  test('before anything moved: nothing moves', async () => {
    const { inputs, deps, shifts, cancel } = prepare();
    cancel.abort();
    await expect(run(inputs, deps)).rejects.toThrow('was cancelled. Nothing was begun.');
    expect(shifts.calls).toEqual([]);
  });
});

describe('an alias that somebody has set by hand', () => {
  test('to $LATEST, from which CodeDeploy cannot shift', async () => {
    const { inputs, deps, functions, prod, pinned } = prepare();
    functions.set('api-ant', 'prod', '$LATEST');
    await run({ ...inputs, ...CANARY }, deps);
    expect(functions.changes).toEqual(['move api-ant prod 2']);
    expect(await prod()).toBe('2');
    expect(pinned()).toEqual({ ant: { version: '2', sha256: 'B' } });
  });

  test('to weights that nobody shifts: the old version is whole again, and shifted from', async () => {
    const { inputs, deps, functions, shifts, prod, warnings } = prepare();
    functions.set('api-ant', 'prod', '1', { 2: 0.3 });
    await run({ ...inputs, ...CANARY }, deps);
    expect(functions.changes).toEqual(['move api-ant prod 1']);
    expect(shifts.calls).toEqual(['start api-ant 1 2 canary']);
    expect(await prod()).toBe('2');
    expect(warnings().join()).toContain('with weights that nobody shifts');
  });

  test('so that the wanted version lacks a part of the calls', async () => {
    const { inputs, deps, functions, shifts, prod } = prepare();
    functions.set('api-ant', 'prod', '2', { 1: 0.3 });
    await run(inputs, deps);
    expect([functions.changes, shifts.calls, await prod()]).toEqual([['move api-ant prod 2'], [], '2']);
  });
});

test('a branch that takes no commits gets a pull request, and the summary links it', async () => {
  const { inputs, deps, file, pulls, summaries, log } = prepare({
    pins: '{ "wasp": { "version": "5", "sha256": "W" } }',
  });
  file.isProtected = true;
  expect(await run(inputs, deps)).toMatchObject({ pullRequest: 7 });
  expect(pulls.opened).toMatchObject([{ title: 'Promote ant 2' }]);
  expect(JSON.parse(pulls.opened[0]?.text ?? '')).toEqual({
    ant: { version: '2', sha256: 'B' },
    wasp: { version: '5', sha256: 'W' },
  });
  expect(pulls.opened[0]?.body).toContain('`prod` runs this already: `ant` version 2.');
  expect(summaries[0]).toContain('is changed by [#7](https://github.com/octo/repo/pull/7)');
  expect(log.text()).toContain('https://github.com/octo/repo/pull/7');
});

test('everything that is in the way is told at once, and nothing moves', async () => {
  const { inputs, deps, alarms, functions, shifts, files } = prepare({ ids: ['ant', 'bee', 'cow'] });
  alarms.add('api-ant-prod-errors', true);
  functions.add('api-bee', 'B', ['A', 'B'], { test: '$LATEST' });
  files['lambdas/cow/smoke.json'] = '[]';
  await expect(run({ ...inputs, ...CANARY, functions: 'all' }, deps)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(
      /^Nothing was moved, for 3 reasons:\n- The alarm api-ant-prod-errors fires.*\n- api-bee has no alias "prod".*\n- lambdas\/cow\/smoke.json is not a list of requests/,
    ),
  });
  expect(shifts.calls).toEqual([]);
});
