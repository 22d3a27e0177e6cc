import type { Shift } from '../aws/code-deploy.ts';
import type { DeployTargets } from '../aws/deploy-targets.ts';
import type { Alias, FunctionVersion } from '../aws/functions.ts';
import { describeError, UserError } from '../errors.ts';
import { PINNED_ALIAS } from './aliases.ts';
import type { PromotionDeps } from './deps.ts';
import { shiftAlarms } from './failure.ts';
import { goingOn } from './shift.ts';
import { parseSmokeFile, smokeFile, type SmokeRequest } from './smoke-file.ts';
import { isBackward, strategyFor, type Strategy } from './strategies.ts';

/** The alias, and the stage, in which a version is tried before it is promoted. */
export const TESTED_ALIAS = 'test';

/** What is wanted of one lambda. */
export interface Wanted {
  readonly id: string;
  readonly functionName: string;
  /** A published version's number; absent means what the `test` alias runs. */
  readonly version?: string;
}

/** One lambda, looked up and found fit. */
export interface Candidate {
  readonly id: string;
  readonly functionName: string;
  readonly application: string;
  /** What `prod` runs: a number, or `$LATEST` if somebody has set that by hand. */
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  /** Whether it is the code that the `test` alias runs now. */
  readonly tested: boolean;
  readonly strategy: Strategy;
  /** Whether `prod` runs it already, and it alone. */
  readonly already: boolean;
  readonly takeOver?: Shift;
  /** The alias as somebody has left it by hand, which CodeDeploy cannot start from: `$LATEST`, or weights that nobody shifts. */
  readonly byHand?: Alias;
  readonly smoke?: readonly SmokeRequest[];
}

interface LookedUp extends Omit<Candidate, 'to'> {
  /** Absent if it is yet to be published. */
  readonly to: string | undefined;
}

/**
 * Looks everything up before anything moves, and publishes what has to be published when all of it is well.
 *
 * @throws UserError with all that is in the way, of all lambdas
 */
export async function prepareAll(
  wanted: readonly Wanted[],
  strategy: Strategy,
  targets: DeployTargets,
  deps: PromotionDeps,
): Promise<readonly Candidate[]> {
  const application = targets.lambda_application;
  if (application === undefined && wanted.length > 0) {
    throw new UserError(
      'This environment has no CodeDeploy application for its lambdas.',
      'Apply the environment first.',
    );
  }
  const found = await Promise.all(wanted.map((one) => lookUp(one, strategy, application ?? '', deps)));
  refuse(found.flatMap(({ problems }) => problems));
  const candidates = found.flatMap(({ candidate }) => candidate ?? []);
  refuse(await tryTested(candidates, targets, deps));
  for (const candidate of candidates) tell(candidate, deps);
  return Promise.all(candidates.map((candidate) => published(candidate, deps)));
}

function refuse(problems: readonly UserError[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new UserError(
    `Nothing was moved, for ${problems.length} reasons:\n${problems.map((problem) => `- ${describeError(problem)}`).join('\n')}`,
    '\nWhen they are gone, run this again.',
    { cause: first },
  );
}

async function lookUp(
  { id, functionName, version }: Wanted,
  chosen: Strategy,
  application: string,
  deps: PromotionDeps,
): Promise<{ readonly candidate?: LookedUp; readonly problems: readonly UserError[] }> {
  const { functions } = deps;
  const [prod, test] = await Promise.all([
    functions.alias(functionName, PINNED_ALIAS),
    functions.alias(functionName, TESTED_ALIAS),
  ]);
  if (prod === undefined) return { problems: [noAlias(functionName, PINNED_ALIAS)] };
  const tested = test === undefined ? undefined : await functions.version(functionName, test.version);
  if (tested === undefined) return { problems: [noAlias(functionName, TESTED_ALIAS)] };
  const versions = await functions.versions(functionName);
  // `$LATEST` cannot be promoted, so the newest version with the same code is.
  const to =
    version === undefined
      ? versions.findLast(({ codeSha256 }) => codeSha256 === tested.codeSha256)
      : versions.find((candidate) => candidate.version === version);
  if (version !== undefined && to === undefined) return { problems: [noVersion(functionName, version, versions)] };

  const active = await deps.shifts.active(application, functionName);
  const takeOver = active !== undefined && to !== undefined && active.to === to.version ? active : undefined;
  const already = active === undefined && prod.version === to?.version && prod.shifting === undefined;
  const isByHand = active === undefined && (prod.version === '$LATEST' || prod.shifting !== undefined);
  const strategy = to === undefined ? chosen : strategyFor(chosen, prod.version, to.version);
  const problems: UserError[] = [];
  if (active !== undefined && takeOver === undefined) problems.push(goingOn(id, active, deps.region));
  const isMoved = !already && takeOver === undefined;
  if (isMoved) problems.push(...(await alarmProblems({ id, functionName, strategy }, deps)));
  const smoke = await readSmoke(id, problems, deps);
  return {
    problems,
    candidate: {
      id,
      functionName,
      application,
      // Of a shift that is going on, CodeDeploy knows where it began.
      from: takeOver?.from ?? prod.version,
      to: to?.version,
      sha256: to?.codeSha256 ?? tested.codeSha256,
      tested: to === undefined || to.codeSha256 === tested.codeSha256,
      strategy,
      already,
      ...(takeOver === undefined ? {} : { takeOver }),
      ...(isByHand ? { byHand: prod } : {}),
      ...(smoke === undefined ? {} : { smoke }),
    },
  };
}

async function alarmProblems(
  { id, functionName, strategy }: Pick<Candidate, 'id' | 'functionName' | 'strategy'>,
  { alarms, log }: PromotionDeps,
): Promise<readonly UserError[]> {
  const judging = shiftAlarms(functionName);
  const all = await alarms.beginningWith(`${functionName}-${PINNED_ALIAS}-`);
  const firing = all.filter((alarm) => alarm.firing && !alarm.name.startsWith(judging));
  const problems: UserError[] = [];
  if (strategy === 'all-at-once') {
    for (const { name, reason } of firing) {
      log.warning(`${id}: the alarm ${name} fires (${reason}). All at once goes on all the same.`);
    }
    return [];
  }
  if (!all.some(({ name }) => name.startsWith(judging))) {
    problems.push(
      new UserError(
        `No alarm judges a gradual shift of ${id} (there is none whose name begins with ${judging}).`,
        'Apply the environment first, or promote with the strategy all-at-once.',
      ),
    );
  }
  problems.push(
    ...firing.map(
      ({ name, reason }) =>
        new UserError(
          `The alarm ${name} fires${reason === '' ? '' : ` (${reason})`}, so ${id} is not shifted step by step now.`,
          'Wait until it is quiet, or promote with the strategy all-at-once, which works while alarms fire.',
        ),
    ),
  );
  return problems;
}

async function readSmoke(
  id: string,
  problems: UserError[],
  { readText, log }: PromotionDeps,
): Promise<readonly SmokeRequest[] | undefined> {
  const file = smokeFile(id);
  const text = await readText(file);
  if (text === undefined) {
    log.info(`${id}: there is no ${file}, so it is not called before and after.`);
    return undefined;
  }
  try {
    return parseSmokeFile(text, file);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error);
    return undefined;
  }
}

/** Calls what is about to move through the stage that runs it already. */
async function tryTested(
  candidates: readonly LookedUp[],
  { api }: DeployTargets,
  { smoke: smokeOf, log }: PromotionDeps,
): Promise<readonly UserError[]> {
  const tried = candidates.filter(({ already, takeOver, tested }) => tested && !already && takeOver === undefined);
  if (api === undefined) return [];
  const call = smokeOf(api);
  const results = await Promise.all(
    tried.map(async ({ id, smoke = [] }) => {
      if (smoke.length === 0) return [];
      const problems = await call(TESTED_ALIAS, smoke);
      if (problems.length === 0) log.info(`${id}: answers as it should through the stage ${TESTED_ALIAS}.`);
      return problems.map(
        (problem) =>
          new UserError(
            `${id}, as the stage ${TESTED_ALIAS} runs it, fails its smoke test: ${problem}.`,
            `Mend it, or what ${smokeFile(id)} expects.`,
          ),
      );
    }),
  );
  return results.flat();
}

function tell({ id, from, to, tested, already, takeOver }: LookedUp, { log }: PromotionDeps): void {
  if (!tested) log.warning(`${id}: version ${to} is not the code that the ${TESTED_ALIAS} alias runs.`);
  if (to !== undefined && !already && takeOver === undefined && isBackward(from, to)) {
    log.info(`${id}: version ${to} is older than ${from}, so it goes all at once.`);
  }
}

async function published({ to, ...rest }: LookedUp, { functions }: PromotionDeps): Promise<Candidate> {
  if (to !== undefined) return { ...rest, to };
  const { version } = await functions.publish(rest.functionName, rest.sha256);
  return { ...rest, to: version };
}

function noAlias(functionName: string, alias: string): UserError {
  return new UserError(`${functionName} has no alias "${alias}".`, 'Apply the environment first.');
}

function noVersion(functionName: string, version: string, versions: readonly FunctionVersion[]): UserError {
  const newest = versions.slice(-5).map((candidate) => candidate.version);
  const hint =
    newest.length === 0 ? 'It has none yet: promote without a version.' : `The newest are: ${newest.join(', ')}.`;
  return new UserError(`${functionName} has no version ${version}.`, hint);
}
