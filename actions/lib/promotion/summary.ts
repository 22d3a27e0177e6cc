import { escapeText, tableCode } from '../markdown/escape.ts';
import { duration } from '../markdown/parts.ts';
import type { Outcome } from './carry-out.ts';
import { deploymentUrl, markdownLink } from './links.ts';

/** The table of a promotion: what moved, how, and how it ended; below it why, where it did not. */
export function renderOutcomes(outcomes: readonly Outcome[], region: string): string {
  return [
    '| lambda | from | to | strategy | duration | result |',
    '|---|---:|---:|---|---:|---|',
    ...outcomes.map(({ candidate, strategy, deployment, result, seconds, problem }) => {
      const { id, from, to, tested } = candidate;
      const untested = tested ? '' : ' · not what the test alias runs';
      const link =
        deployment === undefined ? '' : ` · ${markdownLink('deployment', deploymentUrl(deployment, region))}`;
      const mark = problem === undefined ? '✅' : '❌';
      return `| ${tableCode(id)} | ${escapeText(from)} | ${to} | ${escapeText(strategy)} | ${duration(seconds)} | ${mark} ${escapeText(result)}${untested}${link} |`;
    }),
    ...outcomes.flatMap(({ candidate, problem, alarms }) =>
      problem === undefined
        ? []
        : [
            '',
            `**${escapeText(candidate.id)}**: ${escapeText(problem)}${alarms.map(({ name, url }) => ` ${markdownLink(`the alarm ${escapeText(name)}`, url)}`).join(',')}`,
          ],
    ),
  ].join('\n');
}
