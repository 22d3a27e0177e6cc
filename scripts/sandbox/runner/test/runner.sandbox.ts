import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { World } from './world.ts';

const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';
const CACHE = 'actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae';
const UPLOAD = 'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f';
const CREDENTIALS = 'aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c';

const dispatchOf = (...inputs: string[]): string =>
  `on:\n  workflow_dispatch:\n    inputs:\n${inputs.map((name) => `      ${name}: { required: false }\n`).join('')}`;

/** One workflow per behaviour. Those that a push starts are all started by the first one. */
const WORKFLOWS: Readonly<Record<string, string>> = {
  'good.yml': `name: Good
on: { push: { branches: [main] } }
jobs:
  two:
    runs-on: ubuntu-latest
    strategy: { matrix: { environment: [test, production] } }
    steps:
      - run: echo "for \${{ matrix.environment }} by \${{ github.actor }}, run \${{ github.run_id }}"
      - run: echo "### Done for \${{ matrix.environment }}" >> "$GITHUB_STEP_SUMMARY"
      - env: { TOKEN: "\${{ secrets.GITHUB_TOKEN }}" }
        run: |
          echo "the token is $TOKEN"
          [ "\${#TOKEN}" -ge 20 ]
`,
  'bad.yml': `name: Bad
on: { push: { branches: [main] } }
jobs:
  fails:
    runs-on: ubuntu-latest
    steps:
      # act has been seen to lose the output of a step that ended within 9 ms.
      - run: echo before; sleep 0.3; exit 3
      - run: echo never
  follows:
    needs: fails
    runs-on: ubuntu-latest
    steps: [{ run: echo never }]
`,
  'no-yaml.yml': 'on: push\njobs: { one: [\n',
  'unknown-key.yml': `name: Unknown key
on: { push: { branches: [main] } }
jobs: { one: { runs-on: ubuntu-latest, stepz: [] } }
`,
  'unknown-action.yml': `name: Unknown action
on: { push: { branches: [unknown-action] } }
jobs: { one: { runs-on: ubuntu-latest, steps: [{ run: "true" }] } }
`,
  'slow.yml': `name: Slow
${dispatchOf('seconds')}
concurrency: { group: slow, queue: max }
jobs:
  sleeps:
    runs-on: ubuntu-latest
    steps:
      - run: sleep \${{ inputs.seconds }}
`,
  'single.yml': `name: Single
${dispatchOf('seconds')}
concurrency: { group: single }
jobs:
  sleeps:
    runs-on: ubuntu-latest
    steps:
      - run: sleep \${{ inputs.seconds }}
`,
  'checkout.yml': `name: Check out
${dispatchOf('ref', 'persist')}
jobs:
  looks:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CHECKOUT}
        with: { ref: "\${{ inputs.ref }}", fetch-depth: 2, persist-credentials: "\${{ inputs.persist }}" }
      - run: |
          echo "commits: $(git rev-list --count HEAD), is a folder: $(cat where.txt)"
          echo "credentials: $(git config --get-all http.extraheader; git remote get-url origin)"
`,
  'cache.yml': `name: Cache
${dispatchOf('ref', 'key')}
jobs:
  keeps:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CHECKOUT}
        with: { ref: "\${{ inputs.ref }}", persist-credentials: false }
      - id: built
        uses: ${CACHE}
        with: { path: built, key: "\${{ inputs.key }}" }
      - id: modules
        uses: ${CACHE}
        with: { path: node_modules, key: "modules-\${{ hashFiles('package-lock.json') }}" }
      - run: |
          echo "built \${{ steps.built.outputs.cache-hit }} $(cat built/file.txt 2>&1)"
          echo "modules \${{ steps.modules.outputs.cache-hit }} $(ls node_modules 2>&1)"
          mkdir -p built && echo "kept for \${{ inputs.key }}" > built/file.txt
`,
  'artifact.yml': `name: Artifact
on: workflow_dispatch
jobs:
  leaves:
    runs-on: ubuntu-latest
    steps:
      - run: echo "a plan" > plan.txt
      - uses: ${UPLOAD}
        with: { name: plan-test, path: plan.txt }
`,
  'credentials.yml': `name: Credentials
${dispatchOf('role', 'region')}
jobs:
  signs-in:
    runs-on: ubuntu-latest
    steps:
      - uses: ${CREDENTIALS}
        with: { role-to-assume: "\${{ inputs.role }}", aws-region: "\${{ inputs.region }}" }
      - run: echo "in $AWS_REGION as $AWS_ACCESS_KEY_ID, with \${{ vars.PLACE }}"
`,
};

describe('the runner', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ PLACE: 'a variable' });
    for (const [name, text] of Object.entries(WORKFLOWS)) await world.write(`clone/.github/workflows/${name}`, text);
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
    const run = await world.dispatch('slow.yml', { seconds: '1.125' });
    await world.until('sleep', () => (sleeping(1.125) ? true : undefined));
    const list = processes();
    await world.ended(run);
    await world.ended(await world.run('good.yml'));
    expect(list).toContain('--secret-file');
    for (const token of [actions, user]) expect(list).not.toContain(token);
    expect(await world.left(await world.run('good.yml'), 'log.txt')).toContain('the token is ***');
    const files = readdirSync(join(world.folder, 'runs'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      expect({ file, leaks: readFileSync(file, 'utf8').includes(actions) }).toEqual({ file, leaks: false });
    }
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
      expect(await world.left(run, 'log.txt')).toContain('commits: 1, is a folder: main\n');
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
      const noRole = await world.dispatch('credentials.yml', { role: '', region: 'eu-west-1' });
      expect(await world.ended(noRole)).toBe('failure');
      expect(await world.left(noRole, 'log.txt')).toContain('role-to-assume is empty');
      const noRegion = await world.dispatch('credentials.yml', { role: 'arn:role', region: '' });
      expect(await world.ended(noRegion)).toBe('failure');
      expect(await world.left(noRegion, 'log.txt')).toContain('aws-region is empty');
    }, 60_000);
  });
});
