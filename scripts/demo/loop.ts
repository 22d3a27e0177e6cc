import { setTimeout as delay } from 'node:timers/promises';
import { applyMarker } from '../../actions/terraform-apply/src/run.ts';
import { planMarker } from '../../actions/lib/review/marker.ts';
import { parsePins, pinFile, type Pins } from '../../actions/lib/pins.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { findApi, replace, type Answer, type DeployedApi } from './api.ts';
import { bootstrapAccount } from './bootstrap.ts';
import { addToMap, breakFor, raiseRevision, remark, touchService, withoutChecks } from './edits.ts';
import { People, type PostedComment } from './people.ts';
import { exportProject } from './project.ts';
import { askService, type ServiceReply } from './service.ts';
import { describeTraffic, startTraffic, type Traffic } from './traffic.ts';

/** Where the demo tells what it does; the end-to-end test records it. */
export interface Stage {
  /** Announces a step, runs it, and says how long it took. */
  step<T>(title: string, body: () => Promise<T>): Promise<T>;
  /** What a person would see at this point. */
  show(title: string, text: string): void;
  /** One line of what came out. */
  tell(text: string): void;
}

/** Everything that the loop saw; what it must be is said by the summary table and by the end-to-end test. */
export interface LoopResult {
  readonly api: DeployedApi;
  readonly before: Record<'test' | 'prod', Answer>;
  /** Of the service in its container, and the commit that was pushed. */
  readonly service: ServiceReply & { readonly pushed: string };
  /** The issue about the push that nobody had reviewed; how many are open once it was approved; the comment about the merge. */
  readonly review: { readonly stopped: string; readonly leftOpen: number; readonly applied: string };
  readonly planComments: readonly PostedComment[];
  readonly merged: Record<'test' | 'prod' | 'withoutKey' | 'badBody', Answer>;
  /** The service after the merge, and the commit that the merge made. */
  readonly released: ServiceReply & { readonly merged: string };
  /** What `prod` answered while it was shifted to the new version, and afterwards. */
  readonly canary: {
    readonly traffic: Traffic;
    readonly promoted: Record<'test' | 'prod', Answer>;
    readonly pins: Pins;
  };
  /** The same of a version that throws. */
  readonly rolledBack: { readonly traffic: Traffic; readonly prod: Answer; readonly pins: Pins };
  /** The plan comment of the second pull request, before and after it was pushed to again. */
  readonly badPlanComments: readonly PostedComment[];
  readonly editedComments: readonly PostedComment[];
  /** Titles of the issues that are open after drift was looked for. */
  readonly drift: readonly string[];
}

const SENTENCE = { content: 'I moved from ING to bunq.' };
const PLAN_AUTHOR = 'github-actions[bot]';

/**
 * The main job of this repository, as its users do it, in an account that has nothing yet: bootstrap, pull request, plan, merge, apply, release, promotion, and one that goes back.
 *
 * @param options.checks whether the pull requests' job `checks` does its work, which takes most of their time
 */
export async function runLoop(
  sandbox: SandboxInfo,
  folder: string,
  stage: Stage,
  signal: AbortSignal,
  { checks = true }: { readonly checks?: boolean } = {},
): Promise<LoopResult> {
  const people = new People(sandbox);
  const remote = sandbox.cloneUrl.replace('://', `://x-access-token:${sandbox.userToken}@`);
  const run = async (
    title: string,
    cause: () => Promise<unknown>,
    expected: 'success' | 'failure' = 'success',
  ): Promise<void> =>
    stage.step(title, async () => {
      const count = await people.runCount();
      await cause();
      await people.waitForRun(count, signal, expected);
    });

  const clone = await stage.step('Clone this project into the local GitHub', () =>
    exportProject(folder, remote, 'ada'),
  );
  if (!checks) await withoutChecks(clone.folder);
  await clone.git('add', '--all');
  await clone.git('commit', '--quiet', '--message', 'Start from the template');
  const settings = await stage.step(
    'Bootstrap the account: buckets, the image repository, roles that trust GitHub',
    () => bootstrapAccount(clone.folder, sandbox, signal),
  );
  stage.tell(`${settings.split('\n').length} settings for GitHub, such as`);
  stage.tell(settings.split('\n')[0] ?? '');
  let pushed = '';
  await run(
    'Push main, past any pull request: nobody has reviewed that, so it is planned and stopped',
    async () => {
      pushed = await clone.publish('main', 'Settings of the account');
    },
    'failure',
  );
  const [stopped] = await people.issues(PLAN_AUTHOR);
  stage.show(`Issue by ${PLAN_AUTHOR}: ${stopped?.title ?? 'none'}`, stopped?.body ?? '');
  const digest = /digest=([0-9a-f]{64})/.exec(stopped?.body ?? '')?.[1] ?? '';
  await run('Approve that plan by its digest: everything is applied for the first time', () =>
    people.dispatch('apply.yml', { environment: 'test', digest }),
  );
  const leftOpen = await people.issues(PLAN_AUTHOR);
  const api = await findApi(sandbox);
  const call = (name: 'test' | 'prod', body: unknown = SENTENCE): Promise<Answer> =>
    replace(api, name, body, api.keys[name]);
  const before = { test: await call('test'), prod: await call('prod') };
  tell(stage, before);
  const service = { ...(await askService(sandbox, SENTENCE.content, signal)), pushed };
  tellService(stage, service);

  await clone.git('switch', '--quiet', '--create', 'know-bunq');
  await addToMap(clone, 'bunq', 'bunq Bank');
  await raiseRevision(clone);
  await touchService(clone);
  let number = 0;
  await run('Open a pull request: a new name in the map, a change of the lambda and of the service', async () => {
    await clone.publish('know-bunq', 'Know bunq');
    number = await people.openPullRequest('know-bunq', 'Know bunq', 'A new name, and new versions of what uses it.');
  });
  const planComments = await planCommentsOf(people, number);
  stage.show(
    `Comment by ${planComments[0]?.author ?? 'nobody'} on pull request #${number}`,
    planComments[0]?.body ?? '',
  );

  let mergeCommit = '';
  await run('Merge it: what was reviewed is applied, and the service is released, blue/green', async () => {
    mergeCommit = await people.merge(number);
  });
  const applied = (await people.comments(number)).find(({ body }) => body.startsWith(applyMarker('test')))?.body ?? '';
  const merged = {
    test: await eventually(() => call('test'), before.test, signal),
    prod: await call('prod'),
    withoutKey: await replace(api, 'test', SENTENCE),
    badBody: await call('test', { contents: 'a typing error' }),
  };
  tell(stage, merged);
  const released = { ...(await askService(sandbox, SENTENCE.content, signal)), merged: mergeCommit };
  tellService(stage, released);

  /** Shifts `prod` by a canary while customers call it. */
  const promote = async (title: string, expected: 'success' | 'failure'): Promise<{ traffic: Traffic; pins: Pins }> => {
    const load = startTraffic(() => call('prod'));
    let traffic: Traffic | undefined;
    try {
      await run(
        title,
        () => people.dispatch('promote.yml', { environment: 'test', function: 'all', strategy: 'canary-10-5' }),
        expected,
      );
    } finally {
      traffic = await load.stop();
    }
    stage.tell(describeTraffic(traffic));
    return { traffic, pins: parsePins(await people.fileOnMain(pinFile('test')), pinFile('test')) };
  };

  const shift = await promote('Promote: prod gets what test runs, first one call in ten, then all', 'success');
  const canary = { ...shift, promoted: { test: await call('test'), prod: await call('prod') } };
  tell(stage, canary.promoted);
  stage.tell(
    `pinned in git: ${Object.entries(canary.pins)
      .map(([id, pin]) => `${id} ${pin.version}`)
      .join(', ')}`,
  );

  await clone.git('switch', '--quiet', 'main');
  await clone.git('pull', '--quiet', '--rebase', 'origin', 'main');
  await clone.git('switch', '--quiet', '--create', 'a-fault');
  await breakFor(clone, 'bunq');
  await raiseRevision(clone);
  // Its checks are not waited for: the next push makes them worthless.
  await stage.step('Open a second pull request: a version with a fault that no test finds', async () => {
    await clone.publish('a-fault', 'A fault');
    number = await people.openPullRequest('a-fault', 'A fault', 'A new version of the lambda.');
    while ((await planCommentsOf(people, number)).length === 0) await delay(200, undefined, { signal });
  });
  const badPlanComments = await planCommentsOf(people, number);
  await run('Push to it again: its comment is edited, no second one appears', async () => {
    await remark(clone, 'A remark.');
    await clone.publish('a-fault', 'A remark');
  });
  const editedComments = await planCommentsOf(people, number);
  await run('Merge it: test runs the new version', () => people.merge(number));

  const bad = await promote('Promote it: its first calls fail, its alarm fires, and prod is as it was', 'failure');
  const rolledBack = { ...bad, prod: await call('prod') };
  tell(stage, { prod: rolledBack.prod });

  await run('Look for drift: the plan is empty, and every alias runs what is pinned', () =>
    people.dispatch('drift.yml', {}),
  );
  const drift = (await people.issues(PLAN_AUTHOR)).map(({ title }) => title);
  const review = { stopped: stopped?.body ?? '', leftOpen: leftOpen.length, applied };
  const first = { api, before, service, review, planComments, merged, released };
  return { ...first, canary, badPlanComments, editedComments, rolledBack, drift };
}

async function planCommentsOf(people: People, number: number): Promise<readonly PostedComment[]> {
  const comments = await people.comments(number);
  return comments.filter(({ author, body }) => author === PLAN_AUTHOR && body.startsWith(planMarker('test')));
}

/** Lambda takes a moment to replace what runs; the answer before is the old one. */
async function eventually(ask: () => Promise<Answer>, old: Answer, signal: AbortSignal): Promise<Answer> {
  const end = Date.now() + 10_000;
  let answer = await ask();
  while (answer.revision === old.revision && Date.now() < end) {
    await delay(200, undefined, { signal });
    answer = await ask();
  }
  return answer;
}

function tell(stage: Stage, answers: Readonly<Record<string, Answer>>): void {
  for (const [name, { status, message, revision, version }] of Object.entries(answers)) {
    const code = revision === '' ? '' : ` · code revision ${revision}, version ${version}`;
    stage.tell(`${name.padEnd(10)} ${status} ${JSON.stringify(message)}${code}`);
  }
}

function tellService(stage: Stage, { status, message, version }: ServiceReply): void {
  stage.tell(`${'service'.padEnd(10)} ${status} ${JSON.stringify(message)} · commit ${version.slice(0, 7)}`);
}
