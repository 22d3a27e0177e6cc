import type { PlanDifference } from '../terraform/compare.ts';
import { codeBlock, escapeText, inlineCode } from '../markdown/escape.ts';
import { renderFooter } from '../markdown/parts.ts';
import { renderDifferences } from '../markdown/differences.ts';
import type { Limits, PlanContext } from '../markdown/plan.ts';
import { allowLabel } from '../terraform/guard.ts';
import type { ResourceChange } from '../terraform/plan-summary.ts';
import type { ReviewedPull, Verdict } from './judge.ts';

/** Why a merge is not applied, or not merged. */
export interface Stop {
  readonly environment: string;
  /** Of what would be applied. */
  readonly digest: string;
  readonly pulls: readonly ReviewedPull[];
  readonly verdict: Exclude<Verdict, { kind: 'nothing' }>;
  /** What is protected, would go, and is not allowed to. */
  readonly guarded: readonly ResourceChange[];
  /** Whether it is in the merge queue, and not merged yet. */
  readonly queued: boolean;
}

export function stopTitle({ environment, guarded, verdict }: Stop): string {
  return verdict.kind === 'reviewed'
    ? `Not applied to ${environment}: ${guarded.length} protected resource(s) would be destroyed`
    : `Not applied to ${environment}: it is not what was reviewed`;
}

/** The comment, the summary and the issue about it: what differs, and how to go on. */
export function renderStop(stop: Stop, context: PlanContext, limits: Limits): string {
  const { environment, verdict, guarded } = stop;
  const head = [
    `### ${stop.queued ? 'Not merged' : 'Not applied'} · ${inlineCode(environment)} · ${
      verdict.kind === 'different' ? 'not what was reviewed' : 'a protected resource would go'
    }`,
    ...(verdict.kind === 'different' ? [notReviewed(stop, verdict)] : []),
    ...(guarded.length === 0 ? [] : [protectedText(stop)]),
  ];
  const foot = [howToGoOn(stop), renderFooter(context)];
  const differences: readonly PlanDifference[] = verdict.kind === 'different' ? (verdict.differences ?? []) : [];
  const used = [...head, ...foot].join('\n\n').length;
  const shown =
    differences.length === 0 ? [] : [renderDifferences(differences, { ...limits, total: limits.total - used - 10 })];
  return [...head, ...shown, ...foot].join('\n\n');
}

function notReviewed({ digest, pulls }: Stop, verdict: Extract<Verdict, { kind: 'different' }>): string {
  const { problems, reviewedDigest, differences } = verdict;
  const names = pulls.map(({ number }) => `#${number}`).join(', ');
  const lines = [
    pulls.length === 0
      ? 'No pull request has brought what would be applied.'
      : `What would be applied is not what was reviewed in ${names}.`,
    ...problems.map((problem) => `- ${escapeText(problem).replace(/^#\u200B(\d+)\\?:/, '#$1:')}`),
    `- Digest of what would be applied: ${inlineCode(digest)}`,
    ...(reviewedDigest === undefined ? [] : [`- Digest of what was reviewed: ${inlineCode(reviewedDigest)}`]),
    ...(reviewedDigest !== undefined && differences === undefined
      ? [
          '- The reviewed plan was too long to keep, so what differs cannot be shown here. The whole plan is in the summary of the run.',
        ]
      : []),
  ];
  return lines.join('\n');
}

function protectedText({ guarded, pulls }: Stop): string {
  const names = guarded.slice(0, 50).map(({ address, action }) => `- ${inlineCode(address)} (${action})`);
  const labels = pulls.flatMap(({ number, record }) =>
    record?.digest === undefined ? [] : [`${inlineCode(allowLabel(record.digest))} on #${number}`],
  );
  const allowed =
    labels.length === 0 ? '' : `\n\nA label allows it, for exactly the plan that was reviewed: ${labels.join(', ')}.`;
  return `> [!CAUTION]\n> Protected resources would be destroyed, and nothing allows it.\n\n${names.join('\n')}${allowed}`;
}

function howToGoOn({ environment, digest, guarded, queued, verdict }: Stop): string {
  if (queued) return '**To go on**: plan the pull request again, look at the plan, and queue it again.';
  const destroy = guarded.length === 0 ? '' : ' -f allow-destroy=true';
  const command = `gh workflow run apply.yml -f environment=${environment} -f digest=${digest}${destroy}`;
  const label = verdict.kind === 'reviewed' ? 'set the label and run the failed job again, or ' : '';
  return `**To go on**: ${label}read the plan in the summary of the run, and apply it as it is now with\n\n${codeBlock('sh', command)}\n\nor take the change back with another pull request.`;
}
