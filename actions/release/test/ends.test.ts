import { describe, expect, test } from '@jest/globals';
import type { FakePipelines, Script } from '../../lib/test/fakes/pipelines.ts';
import { run } from '../src/run.ts';
import { COMMIT, NEWER, OLD, begin, end, fail, inputs, prepare, succeed } from './world.ts';

describe('a release that is superseded (K21)', () => {
  const waiting: Script = [begin('Source'), succeed('Source'), begin('Build', 'build:1'), succeed('Build')];
  /** Another one that got as far. */
  const takeOver =
    (pipelines: FakePipelines, commit: string | undefined, script: Script, through = ['Source', 'Build']) =>
    () =>
      void pipelines.add(commit, script).through.push(...through);

  test.each([
    ['the same', COMMIT, 'c'],
    ['a newer', NEWER, 'd'],
  ])('by %s commit is followed on to it', async (_, commit, digit) => {
    const { deps, pipelines, releases, log, runs } = prepare();
    pipelines.next = [...waiting, takeOver(pipelines, commit, [runs(digit), end('Succeeded')]), end('Superseded')];
    const outputs = await run(inputs, deps);
    expect(outputs).toEqual({ execution: 'execution-2', status: 'Succeeded' });
    expect(log.lines.find(({ level }) => level === 'warning')?.text).toContain('superseded by one of');
    expect(releases.calls[1]).toContain('finish 1 success');
  });

  test('by one that failed earlier is not: that never got so far', async () => {
    const { deps, pipelines, runs } = prepare();
    pipelines.next = [
      ...waiting,
      takeOver(pipelines, NEWER, [end('Failed')], ['Source']),
      takeOver(pipelines, NEWER, [runs('d'), end('Succeeded')]),
      end('Superseded'),
    ];
    expect(await run(inputs, deps)).toEqual({ execution: 'execution-3', status: 'Succeeded' });
  });

  test('again and again is followed to the last', async () => {
    const { deps, pipelines, runs } = prepare();
    pipelines.next = [
      ...waiting,
      takeOver(pipelines, COMMIT, [
        ...waiting,
        takeOver(pipelines, NEWER, [runs('d'), end('Succeeded')]),
        end('Superseded'),
      ]),
      end('Superseded'),
    ];
    expect(await run(inputs, deps)).toEqual({ execution: 'execution-3', status: 'Succeeded' });
  });

  test('by one that then fails is red', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [
      ...waiting,
      takeOver(pipelines, NEWER, [begin('Deploy', 'd-2'), fail('unhealthy')]),
      end('Superseded'),
    ];
    const { status, failure, execution } = await run(inputs, deps);
    expect({ status, execution }).toEqual({ status: 'Failed', execution: 'execution-2' });
    expect(failure?.message).toContain('Deploy: unhealthy');
  });

  test.each([
    ['an older commit', OLD, 'the execution execution-2 of 1111111 took over, which is older'],
    ['another commit', 'e'.repeat(40), 'the execution execution-2 of eeeeeee took over, which does not hold ccccccc'],
    ['nobody knows which', undefined, 'the execution execution-2 took over, and of which commit it is, is not known'],
  ])('by %s is red and says so', async (_, commit, why) => {
    const { deps, pipelines, releases } = prepare();
    pipelines.next = [...waiting, takeOver(pipelines, commit, []), end('Superseded')];
    const { status, failure } = await run(inputs, deps);
    expect(status).toBe('Superseded');
    expect(failure?.message).toBe(`The release of ccccccc was superseded: ${why}.`);
    expect(releases.calls[1]).toContain('finish 1 failure');
  });

  test('by nobody that can be found is red', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [...waiting, end('Superseded')];
    expect((await run(inputs, deps)).failure?.message).toContain('which execution took over is not known');
  });
});

describe('a release that is ended from outside', () => {
  test('by a person says by what reason', async () => {
    const { deps, pipelines, releases } = prepare();
    pipelines.next = [begin('Source'), end('Stopped', { stopReason: 'Grace said no' })];
    const { status, failure } = await run(inputs, deps);
    expect(status).toBe('Stopped');
    expect(failure?.message).toBe('The release of ccccccc to "test" is Stopped: Grace said no.');
    expect(releases.calls[1]).toContain('finish 1 failure');
  });

  test('by a person says if its deployment goes on all the same', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [begin('Deploy', 'd-1'), end('Stopped')];
    expect((await run(inputs, deps)).failure?.hint).toContain('Its deployment goes on all the same.');
  });

  test('by nobody known says that', async () => {
    const { deps, pipelines } = prepare();
    pipelines.next = [end('Stopped')];
    expect((await run(inputs, deps)).failure?.message).toContain('is Stopped: nobody has said why.');
  });

  test.each([
    ['its build', [begin('Build', 'build:1')], { builds: ['build:1'], deployments: [] }],
    ['its deployment', [begin('Deploy', 'd-1')], { builds: [], deployments: ['d-1'] }],
    ['nothing yet', [], { builds: [], deployments: [] }],
  ] satisfies [string, Script, object][])('by cancelling the run stops it, and %s', async (_, script, stopped) => {
    const { deps, pipelines, builds, deployments, cancelling, releases, log } = prepare();
    pipelines.next = [...script, () => cancelling.abort()];
    const { status, failure } = await run(inputs, deps);
    expect(status).toBe('Cancelled');
    expect(pipelines.calls[1]).toBe('abandon execution-1: Cancelled at GitHub: run 42 of ada');
    expect({ builds: builds.stopped, deployments: deployments.stopped }).toEqual(stopped);
    expect(failure?.hint).toContain('The execution execution-1 was stopped.');
    expect(log.text()).toContain('The execution execution-1 was stopped.');
    expect(releases.calls[1]).toBe('finish 1 failure: The release of ccccccc to "test" was cancelled.');
  });

  test('while it cannot be stopped says what goes on', async () => {
    const { deps, pipelines, deployments, cancelling } = prepare();
    pipelines.next = [begin('Deploy', 'd-1'), () => cancelling.abort()];
    pipelines.abandon = () => Promise.reject(new Error('not authorized'));
    deployments.isOver = true;
    const { failure } = await run(inputs, deps);
    expect(failure?.hint).toBe(
      'The execution execution-1 could not be stopped: not authorized. The deployment d-1 was over already.',
    );
  });

  test('is given up once its own waits are over, and goes on (K23)', async () => {
    const { deps, pipelines, builds, deployments, releases, passed } = prepare();
    const variables = {
      ...builds.current?.variables,
      APPSPEC: '{"hooks":{"AfterInstall":"arn","BeforeInstall":null}}',
    };
    builds.current = { timeoutMinutes: 20, variables };
    deployments.current = { shift: 10, ready: 3, termination: 120 };
    pipelines.next = [begin('Build', 'build:1')];
    const { status, failure } = await run(inputs, deps);
    expect(status).toBe('GivenUp');
    expect(passed() / 60_000).toBe(20 + 10 + 3 + 120 + 60 + 30);
    expect(failure?.hint).toContain('It goes on without this run. Look at https://eu-west-1.console.aws.amazon.com/');
    expect(failure?.hint).toContain('aws codepipeline get-pipeline-execution --pipeline-name pipe');
    expect(pipelines.calls).toHaveLength(1);
    expect(releases.calls[1]).toContain('finish 1 error');
  });

  test('waits twice as long where another one goes first', async () => {
    const { deps, pipelines, passed } = prepare();
    pipelines.add(OLD);
    await run(inputs, deps);
    expect(passed() / 60_000).toBe(2 * (15 + 5 + 5 + 30));
  });
});

describe('looks that fail', () => {
  test('are made again: the release goes on', async () => {
    const { deps, pipelines, log, runs } = prepare();
    pipelines.next = [runs('c'), end('Succeeded')];
    pipelines.failures = [new Error('throttled'), new Error('throttled')];
    expect(await run(inputs, deps)).toMatchObject({ status: 'Succeeded' });
    expect(log.lines.filter(({ level }) => level === 'warning')).toHaveLength(2);
  });

  test('for ever are an error that says that it may go on', async () => {
    const { deps, pipelines, releases } = prepare();
    pipelines.failures = Array.from({ length: 6 }, () => new Error('expired'));
    await expect(run(inputs, deps)).rejects.toThrow('expired The execution execution-1 may go on: https://');
    expect(releases.calls[1]).toContain('finish 1 error');
  });
});
