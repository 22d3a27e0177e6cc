import { describe, expect, test } from '@jest/globals';
import type { Script } from '../../lib/test/fakes/pipelines.ts';
import type { Inputs } from '../src/inputs.ts';
import { run, type Deps } from '../src/run.ts';
import { COMMIT, NEWER, begin, end, fail, imageOf, inputs, prepare, succeed, toDeploy } from './world.ts';

describe('a release that goes well', () => {
  test('starts the pipeline with the commit, follows it, and holds what runs against it', async () => {
    const { deps, pipelines, deployments, releases, log, summaries, runs } = prepare();
    pipelines.next = [...toDeploy, runs('c'), succeed('Deploy'), end('Succeeded')];
    deployments.states = [
      { status: 'InProgress', percent: 0, terminating: false, events: [{ name: 'Install', status: 'InProgress' }] },
      {
        status: 'InProgress',
        percent: 10,
        terminating: false,
        events: [
          { name: 'Install', status: 'Succeeded' },
          { name: 'AllowTraffic', status: 'InProgress' },
        ],
      },
      { status: 'Succeeded', percent: 100, terminating: true, events: [{ name: 'AllowTraffic', status: 'Succeeded' }] },
    ];
    expect(await run(inputs, deps)).toEqual({ execution: 'execution-1', status: 'Succeeded' });
    expect(pipelines.calls).toEqual(['start pipe Source ccccccc -42']);
    expect(releases.calls).toEqual(['start test ccccccc', 'finish 1 success: ccccccc runs in "test": web:7.']);
    expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(log.lines.map(({ text }) => text.split(': https')[0])).toEqual([
      'Releasing ccccccc to "test"',
      'Source: has begun',
      'Source: Succeeded after 1 min',
      'Build: has begun',
      'Build: Succeeded after 1 min',
      'Deploy: has begun',
      '  Install: InProgress',
      '  the new version gets 0 % of the traffic',
      '  Install: Succeeded',
      '  AllowTraffic: InProgress',
      '  the new version gets 10 % of the traffic',
      '  AllowTraffic: Succeeded',
      '  the new version gets 100 % of the traffic',
      '  all traffic has moved; the old version is kept for a while',
      'Deploy: Succeeded after 1 min',
      'The execution is Succeeded',
      'ccccccc runs in "test": web:7.',
    ]);
    expect(summaries[0]).toContain('### Release · `test` · `ccccccc`');
    expect(summaries[0]).toContain('codepipeline/pipelines/pipe/executions/execution-1/timeline?region=eu-west-1');
    expect(summaries[0]).toContain('| Deploy | Succeeded | 1 min | `d-1` |');
  });

  test('of a commit that is asked for in short releases that one', async () => {
    const { deps, pipelines, runs } = prepare();
    pipelines.next = [runs('1'), end('Succeeded')];
    await run({ ...inputs, commit: '1111111' }, deps);
    expect(pipelines.calls).toEqual(['start pipe Source 1111111 -42']);
  });

  test('without a token asks GitHub nothing', async () => {
    const { deps, pipelines, releases, runs } = prepare();
    const { commits: _, releases: __, ...without } = deps;
    pipelines.next = [runs('c'), end('Succeeded')];
    expect(await run(inputs, without)).toMatchObject({ status: 'Succeeded' });
    expect(releases.calls).toEqual([]);
    await expect(run({ ...inputs, commit: 'ccccccc' }, without)).rejects.toMatchObject({
      message: '"ccccccc" is not a whole commit.',
    });
  });

  test('is red all the same if something else runs afterwards (K21)', async () => {
    const { deps, pipelines, releases } = prepare();
    pipelines.next = [end('Succeeded')];
    const { failure, status } = await run(inputs, deps);
    expect(status).toBe('Succeeded');
    expect(failure?.message).toBe(
      `The pipeline succeeded, but web:7 with ${imageOf('1')} runs, which is not the image of ccccccc.`,
    );
    expect(releases.calls[1]).toContain('finish 1 failure');
  });
});

describe('a run that is started again', () => {
  test('follows what it has started before, and a new one starts anew', async () => {
    const { deps, pipelines, log, runs } = prepare();
    pipelines.next = [runs('c'), end('Succeeded')];
    await run(inputs, deps);
    expect(await run(inputs, deps)).toEqual({ execution: 'execution-1', status: 'Succeeded' });
    expect(log.text()).toContain('This run has started it before: following');
    expect(await run(inputs, { ...deps, runId: '43' })).toMatchObject({ execution: 'execution-2' });
  });

  test('of a release that has failed says how to get a new one', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [begin('Source'), fail('no such commit')];
    const first = await run(inputs, deps);
    expect(first.failure?.hint).not.toContain('gh workflow run');
    const { failure } = await run(inputs, deps);
    expect(pipelines.all).toHaveLength(1);
    expect(failure?.hint).toContain(`"gh workflow run release.yml -f environment=test -f commit=${COMMIT}"`);
  });
});

describe('a release that fails', () => {
  test.each([
    ['Source', [begin('Source'), fail('[GitHub] The commit is not there')], 'Source: [GitHub] The commit is not there'],
    ['Build', [begin('Build', 'build:1'), fail('exit status 7')], 'Build: exit status 7'],
    ['Deploy', [begin('Deploy', 'd-1'), fail('unhealthy')], 'Deploy: unhealthy'],
  ] satisfies [string, Script, string][])('in %s says so in its own words, with a link', async (_, script, what) => {
    const { deps, pipelines, releases, summaries } = prepare();
    pipelines.next = script;
    const { failure, status } = await run(inputs, deps);
    expect(status).toBe('Failed');
    expect(failure?.message).toBe(`The release of ccccccc to "test" failed. ${what}`);
    expect(failure?.hint).toContain('/executions/execution-1/timeline');
    expect(releases.calls[1]).toBe(`finish 1 failure: The release of ccccccc to "test" failed. ${what}`);
    expect(summaries[0]).toContain('Failed');
  });

  test('in its build shows the end of the log, without secrets', async () => {
    const { deps, pipelines, builds, log, summaries } = prepare();
    pipelines.next = [begin('Build', 'build:1'), fail('exit status 7')];
    builds.log = ['npm ci', 'DB_PASSWORD=hunter2 failed'];
    await run(inputs, deps);
    expect(log.text()).toContain('npm ci\nDB_PASSWORD=(sensitive) failed');
    expect(summaries[0]).toContain('```text\nnpm ci\nDB_PASSWORD=(sensitive) failed\n```');
  });

  test('whose log may not be read fails with its own error', async () => {
    const { deps, pipelines, builds, log } = prepare();
    pipelines.next = [begin('Build', 'build:1'), fail('exit status 7')];
    builds.log = new Error('not authorized');
    const { failure } = await run(inputs, deps);
    expect(failure?.message).toContain('exit status 7');
    expect(log.text()).toContain('(The log of the build could not be read: not authorized)');
  });

  test('since the connection was never confirmed says what to do', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [begin('Source'), fail('Connection arn:1 is not available')];
    const { failure } = await run(inputs, deps);
    expect(failure?.hint).toContain('has to be confirmed once, in the console');
  });

  test('and is rolled back names the deployment that does it, and says nothing twice', async () => {
    const { deps, pipelines, deployments } = prepare();
    pipelines.next = [begin('Deploy', 'd-1'), fail('Deployment d-1 failed: alarm')];
    deployments.states = [{ status: 'Failed', events: [], terminating: false, error: 'alarm', rollback: 'd-2' }];
    const { failure } = await run(inputs, deps);
    expect(failure?.message).toBe('The release of ccccccc to "test" failed. Deploy: Deployment d-1 failed: alarm');
    expect(failure?.hint).toContain('The old version is brought back by the deployment d-2.');
  });
});

describe('before anything is started', () => {
  test.each([
    [
      'no service',
      { findService: () => Promise.resolve(undefined) },
      {},
      'The environment "test" has no service that could be released.',
    ],
    [
      'no such commit',
      {},
      { commit: 'beef000' },
      'There is no commit beef000 in this repository, or it could be several.',
    ],
  ] satisfies [string, Partial<Deps>, Partial<Inputs>, string][])(
    '%s is one clear sentence',
    async (_, overrides, more, message) => {
      const { deps, pipelines, releases } = prepare(overrides);
      await expect(run({ ...inputs, ...more }, deps)).rejects.toMatchObject({ name: 'UserError', message });
      expect(pipelines.calls).toEqual([]);
      expect(releases.calls).toEqual([]);
    },
  );

  test('a commit that nobody has merged is refused', async () => {
    const { deps } = prepare();
    const commits = { resolve: () => Promise.resolve(NEWER), compare: () => Promise.resolve('diverged' as const) };
    await expect(run(inputs, { ...deps, commits })).rejects.toMatchObject({
      message: 'The commit ddddddd is not on main.',
    });
  });

  test.each([
    ['pipeline', 'There is no pipeline "pipe".'],
    ['project', 'There is no build project "build".'],
  ])('a missing %s is said, and no deployment is begun', async (what, message) => {
    const { deps, pipelines, builds, releases } = prepare();
    if (what === 'pipeline') pipelines.declared = undefined;
    else builds.current = undefined;
    await expect(run(inputs, deps)).rejects.toMatchObject({ message });
    expect(releases.calls).toEqual([]);
  });
});

describe('a check', () => {
  const check = { ...inputs, check: true };

  test('changes nothing, and says whether a release is needed and why', async () => {
    const { deps, pipelines, releases, log, summaries, runs } = prepare();
    expect(await run(check, deps)).toEqual({ needed: true });
    expect(log.text()).toBe(
      'A release is needed: the image of 1111111 runs, and since then there changed service/src/app.ts.',
    );
    runs('c')();
    expect(await run(check, deps)).toEqual({ needed: false });
    expect(summaries[1]).toContain('No release is needed');
    expect(pipelines.calls).toEqual([]);
    expect(releases.calls).toEqual([]);
  });

  test('of an environment without a service needs nothing, not even an image repository', async () => {
    const { deps } = prepare({
      findService: () => Promise.resolve(undefined),
      images: () => Promise.reject(new Error('There is none.')),
    });
    expect(await run(check, deps)).toEqual({ needed: false });
  });
});

describe('skip-if-running', () => {
  const skip = { ...inputs, skipIfRunning: true };

  test('starts nothing where that would change nothing', async () => {
    const { deps, pipelines, releases, log, runs } = prepare();
    runs('c')();
    expect(await run(skip, deps)).toEqual({ needed: false, status: 'NotNeeded' });
    expect(log.text()).toBe('Nothing was released: the very image of ccccccc runs, with the same task definition.');
    expect([...pipelines.calls, ...releases.calls]).toEqual([]);
  });

  test('releases where it would, and without it a release is always one', async () => {
    const { deps, pipelines, runs } = prepare();
    pipelines.next = [runs('c'), end('Succeeded')];
    expect(await run(skip, deps)).toMatchObject({ needed: true, status: 'Succeeded' });
    expect(await run(inputs, { ...deps, runId: '43' })).toMatchObject({
      execution: 'execution-2',
      status: 'Succeeded',
    });
  });
});
