import { createHash } from 'node:crypto';
import { codeBlock, cut, escapeText, inlineCode, tableCode } from '../../lib/markdown/escape.ts';
import { planHeadline, renderPlan, type Limits, type PlanContext } from '../../lib/markdown/plan.ts';
import { protectedChanges } from '../../lib/terraform/guard.ts';
import { isEmptyPlan, type PlanSummary } from '../../lib/terraform/plan-summary.ts';
import { isDrift, PINNED_ALIAS, type AliasState } from '../../lib/promotion/aliases.ts';
import { isServiceDrift, renderService, serviceFingerprint, serviceSteps, type ServiceFindings } from './service.ts';

/** What an environment looks like beside what git says. */
export interface Findings extends ServiceFindings {
  readonly environment: string;
  readonly summary: PlanSummary;
  /** Of the plan. */
  readonly digest: string;
  readonly aliases: readonly AliasState[];
  /** Why the aliases could not be compared, if so. */
  readonly unknown?: string;
}

/** Where a workflow is started by hand. */
export type WorkflowUrl = (file: string) => string;

const MOST_ALIASES = 100;
/** What can be mended by a command comes first. */
const ORDER: readonly AliasState['kind'][] = ['differs', 'missing', 'gone', 'shifting', 'as-pinned'];
const LONGEST_ID = 100;

export function hasDrift(found: Findings): boolean {
  return !isEmptyPlan(found.summary) || found.aliases.some((alias) => isDrift(alias)) || isServiceDrift(found);
}

/** One line, such as `1 to change, 1 alias not as pinned`. */
export function driftHeadline(found: Findings): string {
  const { summary, aliases } = found;
  const plan = isEmptyPlan(summary)
    ? []
    : planHeadline(summary)
        .split(', ')
        .filter((part) => !part.startsWith('0 '));
  const moved = aliases.filter((alias) => isDrift(alias)).length;
  const pins = moved === 0 ? [] : [`${moved} ${moved === 1 ? 'alias' : 'aliases'} not as pinned`];
  const service = isServiceDrift(found) ? ['the service not as released'] : [];
  const parts = [...plan, ...pins, ...service];
  return parts.length === 0 ? 'No drift' : parts.join(', ');
}

/** A hidden line: two issues with the same one say the same, whenever and by which run it was found. */
export function fingerprint(found: Findings): string {
  const { digest, aliases, unknown } = found;
  const drifted = aliases.filter((alias) => isDrift(alias));
  const what = JSON.stringify([
    digest,
    drifted.map(({ id, kind, pin, runs }) => [id, kind, pin, runs]),
    unknown !== undefined,
    ...serviceFingerprint(found),
  ]);
  return `<!-- terraform-drift-found ${createHash('sha256').update(what).digest('hex')} -->`;
}

/** The text, which ends with how to go on (K12). */
export function renderDrift(found: Findings, context: PlanContext, limits: Limits, workflowUrl: WorkflowUrl): string {
  const { environment, summary } = found;
  const head = [
    fingerprint(found),
    `${inlineCode(environment)} is not what git says. It was compared with commit ${inlineCode(context.commit.slice(0, 7))}, which was applied last.`,
  ];
  const foot = [...renderAliases(found), ...renderService(found), ...renderHowToGoOn(found, workflowUrl)];
  const room = limits.total - [...head, ...foot].join('\n\n').length - 4;
  const plan = isEmptyPlan(summary) ? [] : [renderPlan(summary, context, { ...limits, total: room })];
  return [...head, ...plan, ...foot].join('\n\n');
}

/** What is pinned and not so, or in between; nothing where all is as it should be. */
export function renderAliases({ aliases, unknown }: Findings): string[] {
  const shown = inOrder(aliases.filter(({ kind }) => kind !== 'as-pinned'));
  const rows = shown
    .slice(0, MOST_ALIASES)
    .map(
      ({ id, pin, runs, ...state }) =>
        `| ${tableCode(cut(id, LONGEST_ID))} | ${pin.version} | ${runs ?? 'nothing'} | ${remark(state)} |`,
    );
  const more = shown.length > rows.length ? [`and ${shown.length - rows.length} more`] : [];
  return [
    ...(unknown === undefined
      ? []
      : [`> [!WARNING]\n> The pins could not be compared with the aliases: ${escapeText(unknown)}`]),
    ...(rows.length === 0
      ? []
      : [
          [
            `#### Aliases \`${PINNED_ALIAS}\``,
            '',
            '| lambda | pinned | runs | |',
            '| --- | ---: | ---: | --- |',
            ...rows,
          ].join('\n'),
        ]),
    ...more,
  ];
}

function inOrder(aliases: readonly AliasState[]): readonly AliasState[] {
  return aliases.toSorted((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind));
}

function remark({ kind, shifting, pinnedVersion }: Omit<AliasState, 'id' | 'pin' | 'runs'>): string {
  const shares = Object.entries(shifting ?? {}).map(
    ([version, share]) => `version ${version} gets ${(share * 100).toFixed(0)} %`,
  );
  const said = {
    'as-pinned': [],
    shifting: ['a shift is going on: no drift by itself'],
    differs: [
      pinnedVersion === undefined ? 'another version' : `another version; the pinned code is version ${pinnedVersion}`,
    ],
    missing: ['no version has the pinned code any more'],
    gone: ['there is no such alias'],
  }[kind];
  return [...said, ...shares].join(', ');
}

function renderHowToGoOn(found: Findings, workflowUrl: WorkflowUrl): string[] {
  return [
    '#### How to go on',
    ...planSteps(found, workflowUrl),
    ...aliasSteps(found, workflowUrl),
    ...serviceSteps(found.environment, found, workflowUrl('release.yml')),
  ];
}

function planSteps({ environment, summary, digest }: Findings, workflowUrl: WorkflowUrl): string[] {
  if (isEmptyPlan(summary)) return [];
  const [guarded] = protectedChanges(summary);
  const destroys =
    guarded === undefined
      ? []
      : [
          `\`allow-destroy\` is there because it destroys what is protected, such as ${inlineCode(cut(guarded.address, 300))}.`,
        ];
  const command = `gh workflow run apply.yml -f environment=${environment} -f digest=${digest}${guarded === undefined ? '' : ' -f allow-destroy=true'}`;
  return [
    `**To bring it back to what git says**, apply the plan above:`,
    codeBlock('sh', command),
    `or run [Apply](${workflowUrl('apply.yml')}) for ${inlineCode(environment)} with the digest ${inlineCode(digest)}. It plans main once more, and stops if that is not this plan any more, or if something is merged and not applied yet.`,
    ...destroys,
    '**To keep it as it is**, write it into Terraform by a pull request.',
  ];
}

function aliasSteps({ environment, aliases }: Findings, workflowUrl: WorkflowUrl): string[] {
  const drifted = inOrder(aliases.filter((alias) => isDrift(alias)));
  if (drifted.length === 0) return [];
  const commands = drifted.slice(0, MOST_ALIASES).flatMap(({ id, kind, pinnedVersion }) =>
    // People write pin files: what is no name of a lambda's folder goes into no command that is copied.
    kind === 'differs' && pinnedVersion !== undefined && /^[a-z][a-z0-9-]{0,63}$/.test(id)
      ? [`gh workflow run promote.yml -f environment=${environment} -f function=${id} -f version=${pinnedVersion}`]
      : [],
  );
  const gone = drifted.some(({ kind }) => kind === 'gone');
  const missing = drifted.some(({ kind }) => kind === 'missing');
  return [
    ...(commands.length === 0
      ? []
      : [
          `**To run what is pinned**, [promote](${workflowUrl('promote.yml')}) it:`,
          codeBlock('sh', commands.join('\n')),
          '**To keep what runs**, promote that version: it is pinned then.',
        ]),
    ...(missing
      ? [`Where no version has the pinned code, [promote](${workflowUrl('promote.yml')}) one that is there.`]
      : []),
    ...(gone
      ? [
          'Where there is no alias, the plan makes it again; a lambda that is not deployed any more leaves the pin file.',
        ]
      : []),
  ];
}
