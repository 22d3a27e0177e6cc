import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Log } from '../log.ts';
import { redact } from './secrets.ts';

/**
 * One line of `terraform plan|apply|validate -json`.
 * Source: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
 */
interface UiLine {
  readonly '@level'?: string;
  readonly '@message'?: string;
  readonly type?: string;
  readonly hook?: { readonly action?: string; readonly resource?: { readonly addr?: string } };
  readonly diagnostic?: DiagnosticJson;
}

interface DiagnosticJson {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail?: string;
  readonly address?: string;
  readonly range?: { readonly filename: string; readonly start: { readonly line: number } };
}

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Summary, detail and resource, safe to show. */
  readonly message: string;
  /** Of the resource that it is about, if it is about one. */
  readonly address?: string;
}

/** How far an apply is with one resource. */
export interface ApplyStep {
  readonly address: string;
  /** Terraform's word: `create`, `update`, `delete`, … A replacement is two steps. */
  readonly action: string;
  readonly state: 'begun' | 'done' | 'failed';
}

/** Lines that say nothing new: the plan is shown by our own rendering, and progress every ten seconds is noise. */
const QUIET = new Set([
  'version',
  'planned_change',
  'resource_drift',
  'change_summary',
  'outputs',
  'refresh_start',
  'refresh_complete',
  'apply_progress',
]);

const STEP_STATES: Readonly<Record<string, ApplyStep['state']>> = {
  apply_start: 'begun',
  apply_complete: 'done',
  apply_errored: 'failed',
};

/**
 * Reads Terraform's machine-readable lines: progress goes to the log, errors and warnings too (as annotations on their
 * `.tf` line) and into the list that is returned.
 */
export function diagnosticReader(
  log: Log,
  folder: string,
): { onLine: (line: string) => void; diagnostics: Diagnostic[]; steps: () => readonly ApplyStep[] } {
  const diagnostics: Diagnostic[] = [];
  const steps = new Map<string, ApplyStep>();
  const onLine = (line: string): void => {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      if (line.trim() !== '') log.info(redact(line));
      return;
    }
    if (parsed.diagnostic !== undefined) {
      diagnostics.push(report(parsed.diagnostic, log, folder));
      return;
    }
    const step = stepOf(parsed);
    if (step !== undefined) steps.set(`${step.address} ${step.action}`, step);
    if (!QUIET.has(parsed.type ?? '') && parsed.hook?.action !== 'read') log.info(redact(parsed['@message'] ?? line));
  };
  return { onLine, diagnostics, steps: () => [...steps.values()] };
}

function report(diagnostic: DiagnosticJson, log: Log, folder: string): Diagnostic {
  const { severity, address, range } = diagnostic;
  const message = redact(messageOf(diagnostic));
  const place = range && {
    file: inRepository(join(folder, range.filename)),
    line: range.start.line,
    title: redact(diagnostic.summary),
  };
  if (severity === 'error') log.error(message, place);
  else log.warning(message);
  return { severity, message, ...(address === undefined ? {} : { address: redact(address) }) };
}

function stepOf({ type, hook }: UiLine): ApplyStep | undefined {
  const state = STEP_STATES[type ?? ''];
  const address = hook?.resource?.addr;
  if (state === undefined || hook?.action === undefined || hook.action === 'read' || address === undefined)
    return undefined;
  return { address: redact(address), action: hook.action, state };
}

/** An annotation is shown on its file only if the path is relative to the repository. */
function inRepository(file: string): string {
  return relative(realpathSync(process.env['GITHUB_WORKSPACE'] ?? process.cwd()), file);
}

function messageOf({ summary, detail, address }: DiagnosticJson): string {
  return [summary, detail, address === undefined ? undefined : `with ${address}`]
    .filter((part) => part !== undefined && part !== '')
    .join('\n');
}

function parseLine(line: string): UiLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: UiLine = JSON.parse(line);
    return parsed;
  } catch {
    return undefined; // Not of the format: shown as the text that it is.
  }
}
