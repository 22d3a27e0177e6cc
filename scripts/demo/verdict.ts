import type { LoopResult } from './loop.ts';
import { describeTraffic, type Traffic } from './traffic.ts';

export interface Check {
  readonly name: string;
  readonly saw: string;
  readonly ok: boolean;
}

/** What the loop promises, held against what it saw. The demo prints it, and the end-to-end test demands it. */
export function judge(result: LoopResult): readonly Check[] {
  const {
    before,
    service,
    review,
    planComments,
    merged,
    released,
    canary,
    rolledBack,
    badPlanComments,
    editedComments,
    drift,
  } = result;
  const { promoted, pins } = canary;
  const versions = { old: before.prod.version, now: promoted.prod.version };
  const plan = planComments[0]?.body ?? '';
  const headline = (body: string): string => /^### .*$/m.exec(body)?.[0].replaceAll(/^### |`/g, '') ?? 'no headline';
  const old = 'I moved from ING BANK to bunq.';
  const now = 'I moved from ING BANK to bunq Bank.';
  return [
    {
      name: 'A push that nobody has reviewed',
      saw: `${review.stopped === '' ? 'no issue' : 'stopped, with an issue'}; after the approval ${review.leftOpen} open`,
      ok: review.stopped.includes('Not applied') && review.leftOpen === 0,
    },
    {
      name: 'First apply: both stages answer',
      saw: `test ${before.test.status}, prod ${before.prod.status}, "${before.prod.message}"`,
      ok: [before.test, before.prod].every(({ status, message }) => status === 200 && message === old),
    },
    {
      name: 'First apply: the service answers',
      saw: `${service.status} "${service.message}", commit ${service.version.slice(0, 7)}`,
      ok: service.status === 200 && service.message === old && service.version === service.pushed,
    },
    {
      name: 'Plan comment on the pull request',
      saw: `${planComments.length} comment: ${headline(plan)}`,
      ok: planComments.length === 1 && /to change/.test(headline(plan)) && plan.includes('bunq Bank'),
    },
    {
      name: 'Merged: what was reviewed was applied',
      saw: headline(review.applied),
      ok: /^Applied/.test(headline(review.applied)),
    },
    {
      name: 'Applied: test knows the new name',
      saw: `${merged.test.status} "${merged.test.message}", revision ${merged.test.revision}`,
      ok: merged.test.status === 200 && merged.test.message === now && merged.test.revision !== before.test.revision,
    },
    {
      name: 'Without a key',
      saw: `${merged.withoutKey.status} "${merged.withoutKey.message}"`,
      ok: merged.withoutKey.status === 403 && merged.withoutKey.message === 'Forbidden',
    },
    {
      name: 'A bad body',
      saw: `${merged.badBody.status} "${merged.badBody.message}"`,
      ok: merged.badBody.status === 400 && /content/.test(merged.badBody.message),
    },
    {
      name: 'prod before the promotion: the old version',
      saw: `version ${merged.prod.version}, revision ${merged.prod.revision}`,
      ok: merged.prod.version === before.prod.version && merged.prod.revision === before.prod.revision,
    },
    {
      name: 'Released: the service is the merged commit',
      saw: `${released.status} "${released.message}", commit ${released.version.slice(0, 7)}`,
      ok: released.status === 200 && released.message === now && released.version === released.merged,
    },
    {
      name: 'Canary: the old version had most calls, none failed',
      saw: describeTraffic(canary.traffic),
      ok: canary.traffic.failed === 0 && answeredBy(canary.traffic, versions.old) > 10,
    },
    {
      name: 'prod after the promotion: the new one',
      saw: `version ${promoted.prod.version}, revision ${promoted.prod.revision}, "${promoted.prod.message}"`,
      ok:
        promoted.prod.revision === promoted.test.revision &&
        promoted.prod.version !== before.prod.version &&
        promoted.prod.message === now,
    },
    {
      name: 'Pinned in git',
      saw: `replace-strings ${pins['replace-strings']?.version ?? 'is not'}`,
      ok: pins['replace-strings']?.version === promoted.prod.version,
    },
    {
      name: 'A version that fails: few calls were touched',
      saw: describeTraffic(rolledBack.traffic),
      ok: rolledBack.traffic.failed > 0 && rolledBack.traffic.failed < rolledBack.traffic.calls / 4,
    },
    {
      name: 'It was rolled back, and the pin has not moved',
      saw: `version ${rolledBack.prod.version}, "${rolledBack.prod.message}", pinned ${rolledBack.pins['replace-strings']?.version ?? 'nothing'}`,
      ok:
        rolledBack.prod.status === 200 &&
        rolledBack.prod.version === versions.now &&
        rolledBack.pins['replace-strings']?.version === versions.now,
    },
    {
      name: 'After all that: no drift',
      saw: drift.length === 0 ? 'no open issue' : drift.join(', '),
      ok: drift.length === 0,
    },
    {
      name: 'Pushed again: the same comment, edited',
      saw: `${editedComments.length} comment, ${editedComments[0]?.edited === true ? 'edited' : 'not edited'}`,
      ok:
        editedComments.length === 1 &&
        editedComments[0]?.id === badPlanComments[0]?.id &&
        editedComments[0]?.body !== badPlanComments[0]?.body,
    },
  ];
}

function answeredBy({ answered }: Traffic, version: string): number {
  return answered[version] ?? 0;
}
