import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { applyMarker } from '../../actions/terraform-apply/src/run.ts';
import { planMarker } from '../../actions/lib/review/marker.ts';
import { parsePins, pinFile, type Pins } from '../../actions/lib/pins.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { findApi, replace, type Answer, type DeployedApi } from './api.ts';
import { People, type PostedComment } from './people.ts';
import { exportProject, type Clone } from './project.ts';
import { askService, type ServiceReply } from './service.ts';

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
  readonly promoted: Record<'test' | 'prod', Answer>;
  readonly pins: Pins;
  readonly emptyPlanComments: readonly PostedComment[];
  readonly editedComments: readonly PostedComment[];
}

const SENTENCE = { content: 'I moved from ING to bunq.' };
const PLAN_AUTHOR = 'github-actions[bot]';

/**
 * The main job of this repository, as its users do it: pull request, plan, merge, apply, promotion.
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
  let pushed = '';
  await run(
    'Push main, past any pull request: nobody has reviewed that, so it is planned and stopped',
    async () => {
      pushed = await clone.publish('main', 'Start from the template');
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
  stage.tell(
    `${'service'.padEnd(10)} ${service.status} ${JSON.stringify(service.message)} · commit ${service.version.slice(0, 7)}`,
  );

  await clone.git('switch', '--quiet', '--create', 'know-bunq');
  await addToMap(clone, 'bunq', 'bunq Bank');
  await raiseRevision(clone);
  let number = 0;
  await run('Open a pull request: a new name in the map, and a change of the lambda', async () => {
    await clone.publish('know-bunq', 'Know bunq');
    number = await people.openPullRequest(
      'know-bunq',
      'Know bunq',
      'A new name in the map, and a new revision of the lambda.',
    );
  });
  const planComments = await planCommentsOf(people, number);
  stage.show(
    `Comment by ${planComments[0]?.author ?? 'nobody'} on pull request #${number}`,
    planComments[0]?.body ?? '',
  );

  await run('Merge it: main is planned again, it is what was reviewed, and that plan is applied', () =>
    people.merge(number),
  );
  const applied = (await people.comments(number)).find(({ body }) => body.startsWith(applyMarker('test')))?.body ?? '';
  const merged = {
    test: await eventually(() => call('test'), before.test, signal),
    prod: await call('prod'),
    withoutKey: await replace(api, 'test', SENTENCE),
    badBody: await call('test', { contents: 'a typing error' }),
  };
  tell(stage, merged);

  await run('Promote: prod gets what test runs', () =>
    people.dispatch('promote.yml', { environment: 'test', function: 'all', strategy: 'all-at-once' }),
  );
  const promoted = { test: await call('test'), prod: await call('prod') };
  tell(stage, promoted);
  const pins = parsePins(await people.fileOnMain(pinFile('test')), pinFile('test'));
  stage.tell(
    `pinned in git: ${Object.entries(pins)
      .map(([id, pin]) => `${id} ${pin.version}`)
      .join(', ')}`,
  );

  await clone.git('switch', '--quiet', 'main');
  await clone.git('pull', '--quiet', '--rebase', 'origin', 'main');
  await clone.git('switch', '--quiet', '--create', 'notes');
  await run('Open a second pull request: a remark, nothing to apply', async () => {
    await remark(clone, 'A remark.');
    await clone.publish('notes', 'Remark');
    number = await people.openPullRequest('notes', 'Remark', 'It touches an environment and changes nothing in it.');
  });
  const emptyPlanComments = await planCommentsOf(people, number);
  stage.show(
    `Comment by ${emptyPlanComments[0]?.author ?? 'nobody'} on pull request #${number}`,
    emptyPlanComments[0]?.body ?? '',
  );
  await run('Push to it again: its comment is edited, no second one appears', async () => {
    await remark(clone, 'Another remark.');
    await clone.publish('notes', 'Another remark');
  });
  const editedComments = await planCommentsOf(people, number);
  const review = { stopped: stopped?.body ?? '', leftOpen: leftOpen.length, applied };
  return { api, before, service, review, planComments, merged, promoted, pins, emptyPlanComments, editedComments };
}

async function planCommentsOf(people: People, number: number): Promise<readonly PostedComment[]> {
  const comments = await people.comments(number);
  return comments.filter(({ author, body }) => author === PLAN_AUTHOR && body.startsWith(planMarker('test')));
}

/** For a suite that runs beside the checks themselves. */
export async function withoutChecks(folder: string): Promise<void> {
  const file = join(folder, 'package.json');
  const text = await readFile(file, 'utf8');
  const without = text.replace('"node scripts/test.ts check"', '"true"');
  if (without === text) throw new Error(`${file} has no script "check".`);
  await writeFile(file, without);
}

/** A comment at the end of the environment's file. */
async function remark(clone: Clone, text: string): Promise<void> {
  await appendFile(join(clone.folder, 'terraform/environments/test.tfvars'), `# ${text}\n`);
}

/** Alters the file in the way a person would: a new line in the JSON. */
async function addToMap(clone: Clone, key: string, value: string): Promise<void> {
  const file = join(clone.folder, 'terraform/strings-mapping.json');
  const map: Record<string, string> = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, `${JSON.stringify({ ...map, [key]: value }, undefined, 2)}\n`);
}

async function raiseRevision(clone: Clone): Promise<void> {
  const file = join(clone.folder, 'lambdas/replace-strings/revision.ts');
  const source = await readFile(file, 'utf8');
  const raised = source.replace(/revision = '(\d+)'/, (_, now: string) => `revision = '${Number(now) + 1}'`);
  if (raised === source) throw new Error(`${file} has no revision to raise.`);
  await writeFile(file, raised);
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
