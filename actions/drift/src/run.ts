import { deployTargetsParameter } from '../../lib/aws/parameters.ts';
import { parseDeployTargets } from '../../lib/aws/deploy-targets.ts';
import type { Functions } from '../../lib/aws/functions.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { Deployments, Releases } from '../../lib/github/deployments.ts';
import { closeIssue, keepIssue, type IssueApi } from '../../lib/github/issues.ts';
import { inlineCode } from '../../lib/markdown/escape.ts';
import {
  COMMENT,
  renderPlan,
  renderPlanFailure,
  STEP_SUMMARY,
  WHOLE,
  type PlanContext,
} from '../../lib/markdown/plan.ts';
import { parsePins, pinFile } from '../../lib/pins.ts';
import { planDigest } from '../../lib/terraform/digest.ts';
import { summarisePlan } from '../../lib/terraform/plan-summary.ts';
import { standingOf, type StandingDeps } from '../../lib/release/standing.ts';
import type { FindService } from '../../lib/release/targets.ts';
import { errorsOf, planContext, warningsOf, type RunDeps } from '../../lib/terraform/run.ts';
import { initEnvironment, withPlan, type Planner } from '../../lib/terraform/workspace.ts';
import { compareAliases } from '../../lib/promotion/aliases.ts';
import type { Inputs } from './inputs.ts';
import { driftHeadline, fingerprint, hasDrift, renderAliases, renderDrift, type Findings } from './report.ts';
import { renderService, type ServiceFindings } from './service.ts';
import { whyNotCompared } from './standing.ts';

export interface Deps extends RunDeps {
  readonly terraform: Planner;
  readonly functions: Pick<Functions, 'alias' | 'version' | 'versions'>;
  /** The pin file as it is on the default branch: it moves on without an apply. */
  readonly pins: () => Promise<string | undefined>;
  /** Absent without a token, as `issues` is. */
  readonly deployments?: Pick<Deployments, 'state'>;
  readonly issues?: IssueApi;
  /** What says which commit the service was released from. */
  readonly releases?: Pick<Releases, 'last'>;
  readonly findService: FindService;
  /** Asked for only where there is a service. */
  readonly serviceDeps: () => Promise<StandingDeps>;
  readonly workflowUrl: (file: string) => string;
}

export interface Outputs {
  /** Absent if the environment could not be compared now. */
  readonly drift?: boolean;
  readonly headline: string;
  readonly digest?: string;
  readonly issue?: number;
}

/** The hidden first line of an environment's issue. */
export function driftMarker(environment: string): string {
  return `<!-- terraform-drift environment=${environment} -->`;
}

/**
 * Plans what was last applied, compares the pins with the aliases and what the service runs with what was released; then keeps, or closes, the issue about what differs. Changes
 * nothing in the account.
 *
 * @throws UserError if there is no plan, or something could not be compared: then nobody knows, and no issue is closed
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const { environment } = inputs;
  const started = deps.now();
  const before = await notNow(inputs, deps);
  if (before !== undefined) return skip(before, deps);
  await deps.log.group('terraform init', () => initEnvironment({ ...inputs, region: deps.region }, deps));
  return withPlan(deps.terraform, { environment, lock: false }, async (result) => {
    const context = await planContext(deps, started);
    if (result.kind === 'failed') {
      await deps.writeSummary(renderPlanFailure(environment, errorsOf(result.diagnostics), context, STEP_SUMMARY));
      throw new UserError(
        `Terraform could not plan "${environment}", so whether it has drifted is not known.`,
        'The errors are above and in the summary.',
      );
    }
    const summary = summarisePlan(result.plan, environment);
    const digest = planDigest(summary);
    const found: Findings = {
      environment,
      summary,
      digest,
      ...(await aliasesOf(environment, deps)),
      ...(await serviceOf(inputs, deps)),
    };
    // An apply that has begun meanwhile looks like drift.
    const since = await notNow(inputs, deps);
    if (since !== undefined) return skip(since, deps);
    const drifted = hasDrift(found);
    const shown = { ...context, digest, warnings: warningsOf(result.diagnostics) };
    await show(found, shown, deps);
    const issue = await tell(found, shown, inputs, deps);
    if (found.unknown !== undefined) {
      throw new UserError(`The aliases of "${environment}" could not be compared with its pins.`, found.unknown);
    }
    if (found.unknownService !== undefined) {
      throw new UserError(`What the service of "${environment}" runs could not be compared.`, found.unknownService);
    }
    return { drift: drifted, headline: driftHeadline(found), digest, ...(issue === undefined ? {} : { issue }) };
  });
}

async function notNow({ environment }: Inputs, { deployments, commits }: Deps): Promise<string | undefined> {
  if (deployments === undefined) return undefined;
  const { commit } = await commits();
  return whyNotCompared(environment, await deployments.state(environment), commit);
}

async function skip(reason: string, { log, writeSummary }: Deps): Promise<Outputs> {
  log.warning(reason);
  await writeSummary(reason);
  return { headline: reason };
}

async function aliasesOf(environment: string, deps: Deps): Promise<Pick<Findings, 'aliases' | 'unknown'>> {
  try {
    const text = await deps.pins();
    const pins = text === undefined ? {} : parsePins(text, pinFile(environment));
    if (Object.keys(pins).length === 0) return { aliases: [] };
    const targets = parseDeployTargets(await deps.parameters.get(deployTargetsParameter(environment)));
    return { aliases: await compareAliases(pins, targets, deps.functions) };
  } catch (error) {
    // What the plan says is told all the same.
    return { aliases: [], unknown: describeError(error) };
  }
}

async function serviceOf({ environment, commentAuthor }: Inputs, deps: Deps): Promise<ServiceFindings> {
  try {
    const target = await deps.findService(environment);
    if (target === undefined) return {};
    const released = await deps.releases?.last(environment, commentAuthor);
    return { service: await standingOf(target, released?.sha, await deps.serviceDeps()) };
  } catch (error) {
    return { unknownService: describeError(error) };
  }
}

async function show(found: Findings, context: PlanContext, { log, writeSummary }: Deps): Promise<void> {
  const { environment, summary } = found;
  await log.group(`Plan of ${environment}`, () => Promise.resolve(log.info(renderPlan(summary, context, WHOLE))));
  const parts = [
    `### Drift · ${inlineCode(environment)} · ${driftHeadline(found)}`,
    ...renderAliases(found),
    ...renderService(found),
    renderPlan(summary, context, STEP_SUMMARY),
  ];
  await writeSummary(parts.join('\n\n'));
  for (const { id, kind, runs = 'nothing', pin } of found.aliases) {
    log.info(`${id}: version ${pin.version} is pinned, ${runs} runs: ${kind}.`);
  }
  const { service } = found;
  if (service !== undefined)
    log.info(`The service runs ${service.runs}: ${[service.kind, ...service.differs].join('; ')}.`);
}

async function tell(found: Findings, context: PlanContext, inputs: Inputs, deps: Deps): Promise<number | undefined> {
  const { issues, log } = deps;
  if (issues === undefined) {
    log.info('No issue is written, because there is no token. All of it is in the summary of this run.');
    return undefined;
  }
  try {
    return hasDrift(found)
      ? await keep(found, context, inputs, issues, deps)
      : await close(found, context, inputs, issues, deps);
  } catch (error) {
    // Everything else is an error: nobody would hear of the drift.
    if (!mayNotWrite(error)) throw error;
    log.warning(`The issue could not be written (${describeError(error)}). All of it is in the summary of this run.`);
    return undefined;
  }
}

async function keep(
  found: Findings,
  context: PlanContext,
  { environment, commentAuthor: author }: Inputs,
  issues: IssueApi,
  { log, workflowUrl }: Deps,
): Promise<number> {
  const same = fingerprint(found);
  const { number, action } = await keepIssue(issues, {
    marker: driftMarker(environment),
    author,
    title: `Drift in ${environment}: ${driftHeadline(found)}`,
    body: renderDrift(found, context, COMMENT, workflowUrl),
    labels: ['drift'],
    saysThat: (body) => body.startsWith(`${same}\n`),
  });
  log.warning(`"${environment}" is not what git says: ${driftHeadline(found)}. Issue #${number} ${action}.`);
  return number;
}

async function close(
  { environment, unknown, unknownService }: Findings,
  { commit, runUrl }: PlanContext,
  { commentAuthor: author }: Inputs,
  issues: IssueApi,
  { log }: Deps,
): Promise<number | undefined> {
  if (unknown !== undefined || unknownService !== undefined) return undefined;
  const where = runUrl === undefined ? '' : ` ([run](${runUrl}))`;
  const number = await closeIssue(issues, {
    marker: driftMarker(environment),
    author,
    comment: `${inlineCode(environment)} is what git says again, at commit ${inlineCode(commit.slice(0, 7))}${where}.`,
  });
  log.info(`"${environment}" is what git says.${number === undefined ? '' : ` Issue #${number} is closed.`}`);
  return number;
}

/** A read-only token, or a repository without issues. */
function mayNotWrite(error: unknown): boolean {
  return error instanceof Error && 'status' in error && [401, 403, 404, 410].includes(Number(error.status));
}
