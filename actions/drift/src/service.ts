import { codeBlock, escapeText, inlineCode, tableCode } from '../../lib/markdown/escape.ts';
import type { ServiceStanding } from '../../lib/release/standing.ts';

/** What is found of the service: nothing where there is none. */
export interface ServiceFindings {
  readonly service?: ServiceStanding;
  /** Why it could not be compared, if so. */
  readonly unknownService?: string;
}

export function isServiceDrift({ service }: ServiceFindings): boolean {
  return service?.kind === 'differs';
}

/** What of it makes one finding the same as another. */
export function serviceFingerprint({ service, unknownService }: ServiceFindings): readonly unknown[] {
  const drifted = service?.kind === 'differs' ? [service.runs, service.commit, service.differs] : [];
  return [drifted, unknownService !== undefined];
}

/** What runs and is not what was released, or is being released; nothing where all is as it should be. */
export function renderService({ service, unknownService }: ServiceFindings): string[] {
  const warning =
    unknownService === undefined
      ? []
      : [`> [!WARNING]\n> What the service runs could not be compared: ${escapeText(unknownService)}`];
  if (service === undefined || service.kind === 'as-released') return warning;
  const { commit, runs, differs } = service;
  const said = service.kind === 'releasing' ? 'a release is going on, which is no drift by itself' : differs.join('; ');
  return [
    ...warning,
    [
      '#### Service',
      '',
      '| released | runs | |',
      '| --- | --- | --- |',
      `| ${commit === undefined ? 'nothing' : tableCode(commit.slice(0, 7))} | ${tableCode(runs)} | ${escapeText(said)} |`,
    ].join('\n'),
  ];
}

/** How to bring back what was released. */
export function serviceSteps(environment: string, found: ServiceFindings, workflow: string): string[] {
  const { service } = found;
  if (service === undefined || !isServiceDrift(found)) return [];
  const { commit } = service;
  if (commit === undefined) {
    return [`**To run a commit of main again**, [release](${workflow}) one.`];
  }
  return [
    `**To run what was released**, [release](${workflow}) ${inlineCode(commit.slice(0, 7))} again:`,
    codeBlock('sh', `gh workflow run release.yml -f environment=${environment} -f commit=${commit}`),
  ];
}
