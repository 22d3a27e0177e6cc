import type { Functions, FunctionVersion } from '../../lib/aws/functions.ts';
import { deployTargetsParameter, type ParameterReader } from '../../lib/aws/parameters.ts';
import { parseDeployTargets } from '../../lib/aws/deploy-targets.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import { updateFile, type RepositoryFile } from '../../lib/github/repository-file.ts';
import type { Log } from '../../lib/log.ts';
import { tableCode } from '../../lib/markdown/escape.ts';
import { formatPins, parsePins, type Pin } from '../../lib/pins.ts';
import type { Inputs } from './inputs.ts';

export interface Deps {
  readonly functions: Functions;
  readonly parameters: ParameterReader;
  readonly pins: RepositoryFile;
  readonly log: Log;
  readonly actor: string;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

export interface Promotion {
  readonly id: string;
  readonly functionName: string;
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  /** Whether it is the code that the `test` alias runs now. */
  readonly tested: boolean;
}

export interface Outputs {
  readonly promoted: readonly Promotion[];
  readonly commit?: string;
}

const SOURCE_ALIAS = 'test';
const TARGET_ALIAS = 'prod';

/**
 * Moves the `prod` alias and then pins what it runs. Everything is looked up before anything moves. A run that was interrupted is
 * repeated: what has moved already is only pinned. When one of several cannot be moved, those before it are pinned all the same:
 * git says what runs.
 *
 * @throws UserError if a function, alias or version is missing, the pin file is malformed, or somebody else is moving the alias.
 */
export async function run(inputs: Inputs, deps: Deps): Promise<Outputs> {
  const targets = parseDeployTargets(await deps.parameters.get(deployTargetsParameter(inputs.environment)));
  const pinned = await deps.pins.read();
  if (pinned !== undefined) parsePins(pinned.text, deps.pins.path);
  const ids = chooseFunctions(inputs.functions, Object.keys(targets.lambdas));
  const planned: { promotion: Promotion; revisionId: string }[] = [];
  for (const id of ids) {
    const functionName = targets.lambdas[id]?.function_name;
    if (functionName !== undefined) planned.push(await prepare(id, functionName, inputs.version, deps));
  }

  const promoted: Promotion[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (const { promotion, revisionId } of planned) {
    try {
      await move(promotion, revisionId, deps);
      promoted.push(promotion);
    } catch (error) {
      deps.log.error(`${promotion.id} was not moved: ${describeError(error)}`);
      failure = { error };
      break;
    }
  }
  const commit = promoted.length > 0 ? await pin(promoted, deps) : undefined;
  if (promoted.length > 0) await deps.writeSummary(renderSummary(inputs.environment, promoted, commit));
  if (failure !== undefined) throw failure.error;
  return { promoted, ...(commit === undefined ? {} : { commit }) };
}

function chooseFunctions(wanted: readonly string[] | 'all', known: readonly string[]): readonly string[] {
  if (wanted === 'all') return known;
  const missing = wanted.find((id) => !known.includes(id));
  if (missing === undefined) return wanted;
  throw new UserError(
    `There is no lambda "${missing}" in this environment.`,
    known.length === 0 ? 'It has none: apply it first.' : `It has: ${known.join(', ')}. A new one is applied first.`,
  );
}

async function prepare(
  id: string,
  functionName: string,
  version: string | undefined,
  { functions }: Deps,
): Promise<{ promotion: Promotion; revisionId: string }> {
  const alias = await functions.alias(functionName, TARGET_ALIAS);
  if (alias === undefined) {
    throw new UserError(`${functionName} has no alias "${TARGET_ALIAS}".`, 'Apply the environment first.');
  }
  const tested = await testedVersion(functionName, functions);
  const to =
    version === undefined
      ? await published(functionName, tested, functions)
      : await existing(functionName, version, functions);
  return {
    promotion: {
      id,
      functionName,
      from: alias.version,
      to: to.version,
      sha256: to.codeSha256,
      tested: to.codeSha256 === tested.codeSha256,
    },
    revisionId: alias.revisionId,
  };
}

async function testedVersion(functionName: string, functions: Functions): Promise<FunctionVersion> {
  const alias = await functions.alias(functionName, SOURCE_ALIAS);
  const version = alias === undefined ? undefined : await functions.version(functionName, alias.version);
  if (version !== undefined) return version;
  throw new UserError(`${functionName} has no alias "${SOURCE_ALIAS}".`, 'Apply the environment first.');
}

/** `$LATEST` cannot be promoted, so the newest version with the same code is; it is published if apply has not. */
async function published(
  functionName: string,
  tested: FunctionVersion,
  functions: Functions,
): Promise<FunctionVersion> {
  const versions = await functions.versions(functionName);
  const same = versions.findLast(({ codeSha256 }) => codeSha256 === tested.codeSha256);
  return same ?? functions.publish(functionName, tested.codeSha256);
}

async function existing(functionName: string, version: string, functions: Functions): Promise<FunctionVersion> {
  const versions = await functions.versions(functionName);
  const found = versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found;
  const newest = versions.slice(-5).map((candidate) => candidate.version);
  const hint =
    newest.length === 0 ? 'It has none yet: promote without a version.' : `The newest are: ${newest.join(', ')}.`;
  throw new UserError(`${functionName} has no version ${version}.`, hint);
}

async function move(promotion: Promotion, revisionId: string, { functions, log }: Deps): Promise<void> {
  const { id, functionName, from, to, tested } = promotion;
  if (!tested) log.warning(`${id}: version ${to} is not the code that the ${SOURCE_ALIAS} alias runs.`);
  if (from === to) {
    log.info(`${id}: ${TARGET_ALIAS} runs version ${to} already.`);
    return;
  }
  await functions.moveAlias(functionName, TARGET_ALIAS, to, revisionId);
  log.info(`${id}: ${TARGET_ALIAS} moved from version ${from} to ${to}.`);
}

async function pin(promoted: readonly Promotion[], { pins, log, actor }: Deps): Promise<string | undefined> {
  const entries = promoted.map(({ id, to, sha256 }): [string, Pin] => [id, { version: to, sha256 }]);
  const what = promoted.map(({ id, to }) => `${id} ${to}`).join(', ');
  const commit = await updateFile(
    pins,
    (text) => formatPins({ ...(text === undefined ? {} : parsePins(text, pins.path)), ...Object.fromEntries(entries) }),
    `Promote ${what}\n\nMoved by the promote workflow for ${actor}.`,
  );
  log.info(commit === undefined ? `${pins.path} says so already.` : `${pins.path} committed as ${commit.slice(0, 7)}.`);
  return commit;
}

function renderSummary(environment: string, promoted: readonly Promotion[], commit: string | undefined): string {
  return [
    `### Promoted in \`${environment}\``,
    '',
    '| lambda | from | to | |',
    '|---|---:|---:|---|',
    ...promoted.map(
      ({ id, from, to, tested }) =>
        `| ${tableCode(id)} | ${from} | ${to} | ${from === to ? 'ran it already' : ''}${tested ? '' : ' not what the test alias runs'} |`,
    ),
    '',
    commit === undefined ? 'The pin file was right already.' : `Pinned by ${commit.slice(0, 7)}.`,
  ].join('\n');
}
