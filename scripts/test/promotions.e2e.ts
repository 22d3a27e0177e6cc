import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetAliasCommand, LambdaClient, paginateListVersionsByFunction } from '@aws-sdk/client-lambda';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parsePins, pinFile, type Pins } from '../../actions/lib/pins.ts';
import { findApi, replace, type Answer, type DeployedApi } from '../demo/api.ts';
import { breakFor, raiseRevision } from '../demo/edits.ts';
import { down, up } from '../sandbox/client.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { oneLineOf } from './child.ts';
import { Deployment, succeeded } from './deployment.ts';
import { runStep, startStep, type StepEnd, type StepPlace } from './step.ts';

const ID = 'replace-strings';
const FUNCTION = `rest-api-test-${ID}`;
/** Calls a second: enough to count by in a canary of five seconds. */
const RATE = 60;
const MOST_AT_ONCE = 20;
const PLANTED = 'planted';

interface Alias {
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
}

interface Sample {
  readonly at: number;
  readonly answer: Answer;
}

/** The API Gateway half in one account, and what moves its prod alias. */
describe('promotions', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let project: Deployment;
  let api: DeployedApi;
  let place: StepPlace;
  let lambda: LambdaClient;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await up(join(dir, 'sandbox'), 'mine');
    lambda = new LambdaClient({
      endpoint: sandbox.awsUrl,
      region: sandbox.region,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    });
    project = await Deployment.create(join(dir, 'project'), sandbox);
    place = { sandbox, workspace: project.folder, temp: dir };
    const stage = '{ quota_per_day = 1000000, rate_limit = 1000, burst_limit = 1000 }';
    await project.edit(
      'terraform/environments/test.tfvars',
      /^stages = \{[^]*?^\}/m,
      () => `stages = { test = ${stage}, prod = ${stage} }`,
    );
    await project.setVariables('architectures = ["api-gateway"]');
    await project.push('As it is deployed');
    await apply();
    api = await findApi(sandbox);
  }, 10 * 60_000);

  afterAll(async () => {
    lambda.destroy();
    await down(join(dir, 'sandbox'));
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  async function apply(): Promise<void> {
    succeeded(await project.publish());
    succeeded(await project.apply());
  }

  /** What a plan would do; nothing if it is empty. */
  async function planned(): Promise<string> {
    const { code, stdout } = await project.plan();
    return code === 0 ? '' : stdout;
  }

  async function newVersion(change: () => Promise<void>): Promise<string> {
    await change();
    await apply();
    return (await versions()).at(-1) ?? '';
  }

  async function versions(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { Versions = [] } of paginateListVersionsByFunction(
      { client: lambda },
      { FunctionName: FUNCTION },
    ))
      found.push(...Versions.flatMap(({ Version = '' }) => (Version === '$LATEST' ? [] : [Version])));
    return found.toSorted((left, right) => Number(left) - Number(right));
  }

  async function prod(): Promise<Alias> {
    const { FunctionVersion = '', RoutingConfig } = await lambda.send(
      new GetAliasCommand({ FunctionName: FUNCTION, Name: 'prod' }),
    );
    return { version: FunctionVersion, weights: RoutingConfig?.AdditionalVersionWeights ?? {} };
  }

  const github = (): ReturnType<typeof getOctokit> => getOctokit(sandbox.userToken, { baseUrl: sandbox.githubApiUrl });
  const repository = (): { owner: string; repo: string } => ({ owner: sandbox.owner, repo: sandbox.repo });

  /** What git says on main. */
  async function pins(): Promise<Pins> {
    const { data } = await github().rest.repos.getContent({ ...repository(), path: pinFile('test') });
    if (Array.isArray(data) || data.type !== 'file') throw new Error('It is no file.');
    return parsePins(Buffer.from(data.content, 'base64').toString(), pinFile('test'));
  }

  /** As a merged pull request changes it. */
  async function setPin(pin: Pins[string]): Promise<void> {
    await project.pull();
    const file = join(project.folder, pinFile('test'));
    await writeFile(file, `${JSON.stringify({ ...(await pins()), [ID]: pin }, undefined, 2)}\n`);
    await project.push('Another pin');
  }

  const promote = (version = '', strategy = 'canary-10-5'): Promise<StepEnd> =>
    runStep(place, 'promote', { inputs: { environment: 'test', function: ID, version, strategy } });
  const reconcile = (inputs: Readonly<Record<string, string>> = {}): Promise<StepEnd> =>
    runStep(place, 'reconcile', { inputs: { environment: 'test', ...inputs } });

  /** Calls prod while something goes on, and notes who answers. */
  async function underLoad<T>(content: string, work: () => Promise<T>): Promise<{ result: T; samples: Sample[] }> {
    const samples: Sample[] = [];
    const waiting = new Set<Promise<void>>();
    const over = new AbortController();
    const one = async (at: number): Promise<void> => {
      samples.push({ at, answer: await replace(api, 'prod', { content }, api.keys['prod']) });
    };
    const load = (async () => {
      while (!over.signal.aborted) {
        // A machine that is slow answers fewer calls, and none of them later than the next.
        if (waiting.size < MOST_AT_ONCE) {
          const sent = one(Date.now()).finally(() => waiting.delete(sent));
          waiting.add(sent);
        }
        await delay(1000 / RATE);
      }
    })();
    const result = await work().finally(() => over.abort());
    await load;
    await Promise.all(waiting);
    return { result, samples };
  }

  test('a canary of a good version: one call in ten, then all, and it is pinned', async () => {
    const next = await newVersion(() => raiseRevision(project));
    const before = await prod();
    const { result, samples } = await underLoad('from ING', () => promote());
    expect(result).toMatchObject({ ok: true });
    expect(await prod()).toEqual({ version: next, weights: {} });
    expect((await pins())[ID]).toMatchObject({ version: next });

    expect(samples.filter(({ answer }) => answer.status !== 200)).toEqual([]);
    const first = samples.find(({ answer }) => answer.version === next)?.at ?? 0;
    const last = samples.findLast(({ answer }) => answer.version === before.version)?.at ?? 0;
    const during = samples.filter(({ at }) => at >= first && at <= last);
    const share = (100 * during.filter(({ answer }) => answer.version === next).length) / during.length;
    expect(during.length).toBeGreaterThan(2 * RATE);
    expect(share).toBeGreaterThan(4);
    expect(share).toBeLessThan(17);
    expect(result.summary).toContain(ID);
    expect(await planned()).toBe('');
  }, 300_000);

  test('the same again: it runs already, nothing moves', async () => {
    const before = await prod();
    const again = await promote();
    expect(again.ok).toBe(true);
    expect(again.log).toMatch(/already/);
    expect(await prod()).toEqual(before);
  }, 60_000);

  test('a canary of a version that throws is rolled back by its alarm, and the pin does not move', async () => {
    const good = await prod();
    const bad = await newVersion(() => breakFor(project, PLANTED));
    expect(bad).not.toBe(good.version);
    const { result, samples } = await underLoad(PLANTED, () => promote());
    expect(result.ok).toBe(false);
    expect(`${result.log}${result.summary}`).toMatch(/alarm/i);
    expect(result.log).toContain(`${FUNCTION}-prod-shift-errors`);
    expect(await prod()).toEqual(good);
    expect((await pins())[ID]).toMatchObject({ version: good.version });
    const failed = samples.filter(({ answer }) => answer.status !== 200);
    expect(failed.length).toBeGreaterThan(0);
    // Of the time in which it had a share at all.
    const from = failed[0]?.at ?? 0;
    const to = failed.at(-1)?.at ?? 0;
    const during = samples.filter(({ at }) => at >= from && at <= to);
    expect(failed.length / samples.length).toBeLessThanOrEqual(0.1);
    expect(failed.length / during.length).toBeLessThan(0.3);
    expect(await planned()).toBe('');
  }, 300_000);

  test('going back is the same call with an older version: all at once, within seconds', async () => {
    const before = await prod();
    const back = await promote('1');
    expect(back).toMatchObject({ ok: true });
    expect(back.seconds).toBeLessThan(30);
    expect(await prod()).toEqual({ version: '1', weights: {} });
    expect((await pins())[ID]).toMatchObject({ version: '1' });
    expect(`${back.log}${back.summary}`).toMatch(/all.at.once/i);
    expect(await planned()).toBe('');
    expect(await promote(before.version, 'all-at-once')).toMatchObject({ ok: true });
  }, 180_000);

  test('what was never published is refused before anything moves', async () => {
    const before = await prod();
    const refused = await promote('99');
    expect(refused.ok).toBe(false);
    expect(refused.log).toContain('has no version 99');
    expect(await prod()).toEqual(before);
  }, 60_000);

  test('two at once: the second says that a shift is going on', async () => {
    const newer = (await prod()).version;
    await promote('1');
    const going = await startStep(place, 'promote', {
      inputs: { environment: 'test', function: ID, version: newer, strategy: 'linear-10-1' },
    });
    await untilShifting();
    // While it shifts, Terraform has nothing to move back.
    const meanwhile = planned();
    const second = await promote((await versions()).at(-1));
    expect(second.ok).toBe(false);
    expect(second.log).toMatch(/d-[A-Z0-9]{9}/);
    expect(await meanwhile).toBe('');
    expect(await going.ended).toMatchObject({ ok: true });
    expect(await prod()).toEqual({ version: newer, weights: {} });
  }, 180_000);

  test.each(['at once', 'while it shifts', 'when it has shifted'])(
    'killed %s, it can be repeated, and ends old or new',
    async (moment) => {
      const newer = (await prod()).version;
      await promote('1');
      const killed = await startStep(place, 'promote', {
        inputs: { environment: 'test', function: ID, version: newer, strategy: 'canary-10-5' },
      });
      if (moment === 'at once') await delay(600);
      if (moment !== 'at once') await untilShifting();
      if (moment === 'when it has shifted') await untilAt(newer);
      killed.child.kill('SIGKILL');
      await killed.ended;
      // Repeated at once, it takes over what goes on.
      const repeated = await promote(newer);
      expect(repeated).toMatchObject({ ok: true });
      expect(await prod()).toEqual({ version: newer, weights: {} });
      expect((await pins())[ID]).toMatchObject({ version: newer });
    },
    180_000,
  );

  test('cancelled, it stops the shift, and prod is as it was', async () => {
    const newer = (await prod()).version;
    await promote('1');
    const cancelled = await startStep(place, 'promote', {
      inputs: { environment: 'test', function: ID, version: newer, strategy: 'canary-10-5' },
    });
    await untilShifting();
    cancelled.child.kill('SIGINT');
    const ended = await cancelled.ended;
    expect(ended.ok).toBe(false);
    await untilAt('1');
    expect((await pins())[ID]).toMatchObject({ version: '1' });
    expect(await promote(newer, 'all-at-once')).toMatchObject({ ok: true });
  }, 180_000);

  test('a pin that a merge has changed is reconciled, and found by its code where numbers are others', async () => {
    const now = (await pins())[ID];
    if (now === undefined) throw new Error('Nothing is pinned.');
    expect((await reconcile({ check: 'true' })).outputs).toMatchObject({ needed: 'false' });
    await promote('1');
    const first = (await pins())[ID];
    await setPin(now);
    expect((await reconcile({ check: 'true' })).outputs).toMatchObject({ needed: 'true' });
    expect(await prod()).toMatchObject({ version: '1' });
    expect(await reconcile()).toMatchObject({ ok: true });
    expect(await prod()).toEqual({ version: now.version, weights: {} });
    // As in an account whose numbers are others.
    await setPin({ version: '77', sha256: first?.sha256 ?? '' });
    expect(await reconcile()).toMatchObject({ ok: true });
    expect(await prod()).toEqual({ version: '1', weights: {} });
    expect((await reconcile({ check: 'true' })).outputs).toMatchObject({ needed: 'false' });
    await setPin(now);
    expect(await reconcile()).toMatchObject({ ok: true });
    expect(await planned()).toBe('');
  }, 300_000);

  test('from a terminal it is the same, and the pin is committed in the clone', async () => {
    await project.pull();
    const newer = (await prod()).version;
    const back = await project.promote({ FUNCTION: ID, VERSION: '1', STRATEGY: 'all-at-once' });
    expect(back).toMatchObject({ code: 0, stdout: `${ID} ${newer} 1\n` });
    expect(await prod()).toEqual({ version: '1', weights: {} });
    const commit = await project.commit();
    succeeded(await project.promote({ FUNCTION: ID, VERSION: newer, STRATEGY: 'all-at-once' }));
    expect(await project.commit()).not.toBe(commit);
    expect(await prod()).toEqual({ version: newer, weights: {} });
    expect((await pins())[ID]).toMatchObject({ version: newer });
    const refused = await project.promote({ FUNCTION: 'none' });
    expect(oneLineOf(refused)).toContain('There is no lambda "none"');
  }, 120_000);

  test('keeps what is pinned and the newest versions, and deletes the others', async () => {
    const pinned = (await prod()).version;
    const before = await versions();
    expect(before.length).toBeGreaterThan(2);
    expect(await reconcile({ keep: '1' })).toMatchObject({ ok: true });
    expect(await versions()).toEqual(before.filter((version) => version === pinned || version === before.at(-1)));
    expect(await planned()).toBe('');
  }, 120_000);

  async function untilShifting(): Promise<void> {
    await until(async () => Object.keys((await prod()).weights).length > 0, 'No shift begins.');
  }

  async function untilAt(version: string): Promise<void> {
    await until(async () => {
      const alias = await prod();
      return alias.version === version && Object.keys(alias.weights).length === 0;
    }, `prod does not come to version ${version}.`);
  }

  async function until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(otherwise);
      await delay(50);
    }
  }
});
