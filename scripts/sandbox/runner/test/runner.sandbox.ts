import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LISTENS, WORKFLOWS } from './workflow-files.ts';
import { commandOf } from '../../processes.ts';
import { World } from './world.ts';

describe('the runner', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ PLACE: 'a variable' });
    for (const [name, text] of Object.entries(WORKFLOWS)) await world.write(`clone/.github/workflows/${name}`, text);
    for (const [name, text] of Object.entries(LISTENS)) await world.write(`clone/listens/${name}`, text);
    await world.write('clone/where.txt', 'main');
    await world.write('clone/package-lock.json', '{ "lockfileVersion": 3 }');
    await world.write('installation/package-lock.json', '{ "lockfileVersion": 3 }');
    await world.write('installation/node_modules/installed-here/index.js', '');
    await world.clone.publish('main', 'Begin');
  }, 30_000);
  afterAll(() => world.end(), 30_000);

  const processes = (): string => execFileSync('ps', ['-A', '-ww', '-o', 'state=,args='], { encoding: 'utf8' });
  const sleeping = (seconds: number): boolean => new RegExp(`^[^Z]\\S*\\s+sleep ${seconds}$`, 'm').test(processes());

  test('a push starts what it starts, as a run with a job for each of its matrix', async () => {
    const run = await world.run('good.yml');
    expect(await world.ended(run)).toBe('success');
    expect(run).toMatchObject({ name: 'Good', event: 'push', actor: 'acme', display_title: 'Begin', run_attempt: 1 });
    expect(world.jobs(run).map(({ name, status, conclusion }) => ({ name, status, conclusion }))).toEqual(
      expect.arrayContaining([
        { name: 'two (test)', status: 'completed', conclusion: 'success' },
        { name: 'two (production)', status: 'completed', conclusion: 'success' },
      ]),
    );
    expect(world.github.store.state.runs.map(({ name }) => name)).not.toContain('Slow');
  }, 60_000);

  test('it leaves its log, the log of each job and the summary, and no working folder', async () => {
    const run = await world.run('good.yml');
    await world.ended(run);
    const log = await world.left(run, 'log.txt');
    expect(log).toContain(`[two (test)] for test by acme, run ${run.id}\n`);
    expect(log).toContain(`[two (production)] for production by acme, run ${run.id}\n`);
    const jobLog = await world.left(run, 'two-test-.txt');
    expect(jobLog).toContain(`for test by acme, run ${run.id}\n`);
    expect(jobLog).not.toContain('for production');
    const summary = await world.left(run, 'summary.md');
    expect(summary).toContain('### Done for test\n');
    expect(summary).toContain('### Done for production\n');
    expect(readdirSync(join(world.folder, 'runs', String(run.id)))).toEqual(
      expect.not.arrayContaining(['tree', 'scratch']),
    );
  }, 60_000);

  test('a step that fails fails its job and the run, and what needs it does not run', async () => {
    const run = await world.run('bad.yml');
    expect(await world.ended(run)).toBe('failure');
    expect(world.jobs(run)).toMatchObject([{ name: 'fails', conclusion: 'failure' }]);
    const log = await world.left(run, 'log.txt');
    expect(log).toContain('[fails] before\n');
    expect(log).not.toContain('] never\n');
  }, 60_000);

  test('a file that is not YAML is a failed run with its reason in the log', async () => {
    const run = await world.run('no-yaml.yml');
    expect(await world.ended(run)).toBe('failure');
    expect(await world.left(run, 'log.txt')).toMatch(/^\.github\/workflows\/no-yaml\.yml is not YAML: /);
    expect(world.jobs(run)).toEqual([]);
  }, 60_000);

  test('a file that act does not take is one too', async () => {
    const run = await world.run('unknown-key.yml');
    expect(await world.ended(run)).toBe('failure');
    expect(await world.left(run, 'log.txt')).toContain('stepz');
  }, 60_000);

  test('an action that nothing stands in for fails the run with a sentence', async () => {
    await world.clone.git('switch', '--quiet', '--create', 'unknown-action');
    const uses = 'steps: [{ uses: docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a }]';
    await world.write(
      'clone/.github/workflows/unknown-action.yml',
      (WORKFLOWS['unknown-action.yml'] ?? '').replace('steps: [{ run: "true" }]', uses),
    );
    await world.clone.publish('unknown-action', 'Use an action');
    const run = await world.run('unknown-action.yml');
    expect(await world.ended(run)).toBe('failure');
    expect(await world.left(run, 'log.txt')).toContain(
      'uses docker/build-push-action, and the sandbox has no stand-in for it: add one to runner/third-party.',
    );
    await world.clone.git('switch', '--quiet', 'main');
  }, 60_000);

  test('cancelling ends the processes of the steps, and the run is cancelled', async () => {
    const run = await world.dispatch('slow.yml', { seconds: '300.125' });
    await world.until('sleep', () => (sleeping(300.125) ? true : undefined));
    const waiting = await world.dispatch('slow.yml', { seconds: '301.125' });
    expect(waiting.status).toBe('queued');
    await world.cancel(waiting);
    expect(waiting).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    await world.cancel(run);
    expect(await world.ended(run)).toBe('cancelled');
    expect(sleeping(300.125)).toBe(false);
    expect(world.jobs(run)).toMatchObject([{ name: 'sleeps', status: 'completed', conclusion: 'cancelled' }]);
    expect(world.jobs(waiting)).toEqual([]);
  }, 60_000);

  const listening = async (manners: string) => {
    const run = await world.dispatch('cancel.yml', { manners });
    const log = await world.until('action that listens', async () => {
      const text = await world.left(run, 'log.txt').catch(() => '');
      return text.includes('listening') ? text : undefined;
    });
    return { run, child: Number(/child (\d+)/.exec(log)?.[1]) };
  };

  test('cancelling asks the action’s own process by SIGINT, and lets it end in order', async () => {
    const { run } = await listening('polite');
    await world.cancel(run);
    expect(await world.ended(run)).toBe('cancelled');
    const log = await world.left(run, 'log.txt');
    expect(log).toContain('heard SIGINT\n');
    expect(log).toContain('ended in order\n');
    expect(log).not.toContain('heard SIGTERM');
    expect(log).not.toContain('the child heard');
    // What comes after is what GitHub runs after a cancellation.
    expect(log).toContain('cancelled has run\n');
    expect(log).toContain('always has run\n');
    expect(log).toContain('post has run\n');
    expect(log).not.toContain('next has run\n');
    expect(world.jobs(run)).toMatchObject([{ name: 'acts', conclusion: 'cancelled' }]);
  }, 60_000);

  test('cancelling an action that stays sends SIGTERM after 7.5 s, and kills it and its children 2.5 s later', async () => {
    const { run, child } = await listening('stubborn');
    const start = Date.now();
    await world.cancel(run);
    await world.cancel(run); // A second one hurries nothing.
    expect(await world.ended(run)).toBe('cancelled');
    expect(Date.now() - start).toBeGreaterThan(9_900);
    const log = await world.left(run, 'log.txt');
    expect(log).toMatch(/heard SIGTERM after (7\.[5-9]|8\.\d) s\n/);
    expect(log).toContain('always has run\n');
    expect(commandOf(child)).toBe('');
  }, 60_000);

  test('a runner that dies takes everything with it, fails the run and the deployment, and the next run goes on', async () => {
    const run = await world.dispatch('environment.yml');
    await world.until('sleep', () => (sleeping(302.125) ? true : undefined));
    await world.control('kill-runner', { run: run.id });
    expect(await world.ended(run)).toBe('failure');
    expect(sleeping(302.125)).toBe(false);
    expect(world.jobs(run)).toMatchObject([{ name: 'deploys', status: 'completed', conclusion: 'failure' }]);
    expect(await world.left(run, 'log.txt')).not.toContain('always has run\n');
    const { deployments } = world.github.store.state;
    expect(deployments.at(-1)?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'failure']);
    await expect(world.control('kill-runner', { run: run.id })).rejects.toThrow('is the id of a run in progress');
    const next = await world.dispatch('slow.yml', { seconds: '0.25' });
    expect(await world.ended(next)).toBe('success');
  }, 60_000);

  test('a run that was cancelled can be run again', async () => {
    const run = await world.dispatch('slow.yml', { seconds: '0.5' });
    await world.cancel(run);
    expect(await world.ended(run)).toBe('cancelled');
    await world.rerun(run);
    expect(await world.ended(run)).toBe('success');
    expect(run.run_attempt).toBe(2);
  }, 60_000);

  test('where a group keeps one waiting, the one that is replaced ends as cancelled', async () => {
    const [first, second, third] = [
      await world.dispatch('single.yml', { seconds: '1' }),
      await world.dispatch('single.yml', { seconds: '0' }),
      await world.dispatch('single.yml', { seconds: '0' }),
    ];
    expect(second).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
    expect(await world.ended(first)).toBe('success');
    expect(await world.ended(third)).toBe('success');
  }, 60_000);

  test('the token of the runs is in no log and no process list', async () => {
    const { actions, user } = world.github.tokens;
    const known = (): string[] => Object.keys(world.github.store.state.tokens);
    const run = await world.dispatch('slow.yml', { seconds: '1.125' });
    await world.until('sleep', () => (sleeping(1.125) ? true : undefined));
    const list = processes();
    const own = known().filter((token) => ![actions, user].includes(token));
    await world.ended(run);
    await world.ended(await world.run('good.yml'));
    expect(list).toContain('--secret-file');
    expect(own.length).toBeGreaterThan(0);
    for (const token of [actions, user, ...own]) expect(list).not.toContain(token);
    // It ends with the run.
    for (const token of own) expect(known()).not.toContain(token);
    expect(await world.left(await world.run('good.yml'), 'log.txt')).toContain('the token is ***');
    const files = readdirSync(join(world.folder, 'runs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      expect({ file, leaks: [actions, ...own].some((token) => text.includes(token)) }).toEqual({ file, leaks: false });
    }
  }, 60_000);

  test('jobs of a called workflow are told apart by who calls, and one with an environment is a deployment', async () => {
    const run = await world.dispatch('calls.yml');
    expect(await world.ended(run)).toBe('failure');
    expect(new Map(world.jobs(run).map(({ name, conclusion }) => [name, conclusion]))).toEqual(
      new Map([
        ['test / first', 'success'],
        ['test / second', 'success'],
        ['production / first', 'success'],
        ['production / second', 'failure'],
      ]),
    );
    expect(await world.left(run, 'test-second.txt')).toContain('second for test');
    expect(await world.left(run, 'log.txt')).toContain('[production / first] first for production');
    const { deployments } = world.github.store.state;
    expect(new Set(deployments.map(({ environment, task, sha }) => `${environment} ${task} ${sha}`))).toEqual(
      new Set(['test', 'production'].map((environment) => `${environment} deploy ${run.head_sha}`)),
    );
    const states = Object.fromEntries(
      deployments.map((one) => [one.environment, one.statuses.map(({ state }) => state)]),
    );
    expect(states).toEqual({ test: ['in_progress', 'success'], production: ['in_progress', 'failure'] });
    expect(existsSync(join(world.folder, 'runs', String(run.id), 'summary.md'))).toBe(false);
  }, 60_000);

  test('a schedule, an edited comment and the merge queue start what they start, with ref and commit as at GitHub', async () => {
    const main = await world.clone.git('rev-parse', 'origin/main');
    await world.control('schedule', { workflow: 'events.yml' });
    const scheduled = await world.run('events.yml', 'schedule');
    expect(await world.ended(scheduled)).toBe('success');
    expect(await world.left(scheduled, 'log.txt')).toContain(
      `on schedule at refs/heads/main of ${main}, attempt 1 by ada`,
    );

    const number = await world.pull('topic');
    await world.comment(number, 'one', 'two');
    const edited = await world.run('events.yml', 'issue_comment');
    expect(await world.ended(edited)).toBe('success');
    const log = await world.left(edited, 'log.txt');
    expect(log).toContain(`on issue_comment at refs/heads/main of ${main}`);
    expect(log).toContain("place is 'a variable', from 'one'");
    // Only what the workflow asks for.
    expect(log).toMatch(/issues 201\n.*labels 201\n.*git\/refs 403\n/);

    const opened = await world.run('events.yml', 'pull_request');
    expect(await world.ended(opened)).toBe('success');
    await world.control('merge-queue', { pull: number });
    const grouped = await world.run('events.yml', 'merge_group');
    expect(await world.ended(grouped)).toBe('success');
    const ref = `refs/heads/gh-readonly-queue/main/pr-${number}-${main}`;
    expect(await world.left(grouped, 'log.txt')).toContain(`on merge_group at ${ref} of ${grouped.head_sha}`);
    await world.until('merge', () =>
      world.github.store.state.issues.find((issue) => issue.number === number && issue.pull?.merged_at !== null),
    );

    // The first event's, whatever has become of the branches since.
    await world.rerun(opened);
    expect(await world.ended(opened)).toBe('success');
    expect(await world.left(opened, 'log.txt')).toContain(`on pull_request at refs/pull/${number}/merge of`);
    expect(await world.left(opened, 'log.txt')).toContain('attempt 2 by acme');
  }, 120_000);

  test('a pull request from a fork runs with a token that only reads, and without variables', async () => {
    await world.fork('mallory', 'evil');
    const forked = await world.until('a run for mallory', () =>
      world.github.store.state.runs.find((run) => run.actor === 'mallory'),
    );
    expect(await world.ended(forked)).toBe('success');
    const log = await world.left(forked, 'log.txt');
    expect(log).toContain("place is '', from ''");
    expect(log).toMatch(/issues 403\n.*labels 403\n.*git\/refs 403\n/);
  }, 60_000);

  describe('what stands in for actions by others', () => {
    beforeAll(async () => {
      await world.clone.git('switch', '--quiet', '--create', 'other-lock');
      await world.write('clone/where.txt', 'the branch');
      await world.write('clone/package-lock.json', '{ "lockfileVersion": 3, "name": "changed" }');
      await world.clone.publish('other-lock', 'Change the lock');
      await world.write('clone/where.txt', 'the branch, later');
      await world.clone.publish('other-lock', 'And again');
      await world.clone.git('switch', '--quiet', 'main');
    }, 30_000);

    test('checkout takes the ref that is asked for, as deep as asked, and leaves no credentials', async () => {
      const run = await world.dispatch('checkout.yml', { ref: 'other-lock', persist: 'false' });
      expect(await world.ended(run)).toBe('success');
      const log = await world.left(run, 'log.txt');
      expect(log).toContain('commits: 2, is a folder: the branch, later\n');
      expect(log).toContain(`credentials: ${world.github.cloneUrl}\n`);
    }, 60_000);

    test('checkout takes the event’s own commit without a ref, and refuses to keep credentials', async () => {
      const run = await world.dispatch('checkout.yml', { ref: '', persist: 'false' });
      expect(await world.ended(run)).toBe('success');
      // Two deep, where main may be a merge by then.
      expect(await world.left(run, 'log.txt')).toMatch(/commits: [123], is a folder: main\n/);
      const refused = await world.dispatch('checkout.yml', { ref: '', persist: 'true' });
      expect(await world.ended(refused)).toBe('failure');
      expect(await world.left(refused, 'log.txt')).toContain('persist-credentials must be false');
    }, 60_000);

    test('cache restores under the same key what an earlier run has saved', async () => {
      const log = async (key: string): Promise<string> => {
        const run = await world.dispatch('cache.yml', { ref: 'main', key });
        expect(await world.ended(run)).toBe('success');
        return world.left(run, 'log.txt');
      };
      expect(await log('one')).toMatch(/\] built false .*No such file/);
      expect(await log('one')).toContain('] built true kept for one\n');
      expect(await log('two')).toMatch(/\] built false .*No such file/);
    }, 60_000);

    test('cache takes the project’s own node_modules for the same lock file, and for no other', async () => {
      const log = async (ref: string): Promise<string> => {
        const run = await world.dispatch('cache.yml', { ref, key: 'any' });
        expect(await world.ended(run)).toBe('success');
        return world.left(run, 'log.txt');
      };
      expect(await log('main')).toContain('] modules true installed-here\n');
      expect(await log('other-lock')).toMatch(/\] modules false .*No such file/);
    }, 60_000);

    test('upload-artifact leaves the file with the run', async () => {
      const run = await world.dispatch('artifact.yml');
      expect(await world.ended(run)).toBe('success');
      expect(await world.left(run, 'artifacts/plan-test/plan.txt')).toBe('a plan\n');
      expect(existsSync(join(world.clone.folder, 'plan.txt'))).toBe(false);
    }, 60_000);

    test('configure-aws-credentials gives keys, and refuses an empty role or region', async () => {
      const run = await world.dispatch('credentials.yml', { role: 'arn:role', region: 'eu-west-1' });
      expect(await world.ended(run)).toBe('success');
      expect(await world.left(run, 'log.txt')).toContain('in eu-west-1 as sandbox, with a variable\n');
      const refused = await world.dispatch('no-permission.yml');
      expect(await world.ended(refused)).toBe('failure');
      expect(await world.left(refused, 'log.txt')).toContain('the job needs the permission id-token: write');
      const noRole = await world.dispatch('credentials.yml', { role: '', region: 'eu-west-1' });
      expect(await world.ended(noRole)).toBe('failure');
      expect(await world.left(noRole, 'log.txt')).toContain('role-to-assume is empty');
      const noRegion = await world.dispatch('credentials.yml', { role: 'arn:role', region: '' });
      expect(await world.ended(noRegion)).toBe('failure');
      expect(await world.left(noRegion, 'log.txt')).toContain('aws-region is empty');
    }, 60_000);
  });
});
