import type { DeployTargets } from '../aws/deploy-targets.ts';
import type { Functions, FunctionVersion } from '../aws/functions.ts';
import type { Pin, Pins } from '../pins.ts';

/** The alias that a pin is about. */
export const PINNED_ALIAS = 'prod';

/** How a lambda's alias stands to its pin. */
export interface AliasState {
  readonly id: string;
  readonly pin: Pin;
  /**
   * `shifting`: calls go to the pinned version and to another one, which is no drift (K14). `missing`: no version has the pinned code.
   * `gone`: there is no alias, or no function.
   */
  readonly kind: 'as-pinned' | 'shifting' | 'differs' | 'missing' | 'gone';
  /** What the alias runs, and which shares of the calls other versions get, from 0 to 1. */
  readonly runs?: string;
  readonly shifting?: Readonly<Record<string, number>>;
  /** The version that has the pinned code in this account, where numbers can be others than in git. */
  readonly pinnedVersion?: string;
}

/** Every pinned lambda, in the order of their ids. What is not pinned runs what Terraform has begun with, and is not looked at. */
export async function compareAliases(
  pins: Pins,
  { lambdas }: DeployTargets,
  functions: Pick<Functions, 'alias' | 'version' | 'versions'>,
): Promise<readonly AliasState[]> {
  const states: AliasState[] = [];
  for (const [id, pin] of Object.entries(pins).toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    states.push({ id, pin, ...(await stateOf(pin, lambdas[id]?.function_name, functions)) });
  }
  return states;
}

/** What somebody has to do something about. */
export function isDrift({ kind }: AliasState): boolean {
  return kind !== 'as-pinned' && kind !== 'shifting';
}

async function stateOf(
  pin: Pin,
  functionName: string | undefined,
  functions: Pick<Functions, 'alias' | 'version' | 'versions'>,
): Promise<Omit<AliasState, 'id' | 'pin'>> {
  const alias = functionName === undefined ? undefined : await functions.alias(functionName, PINNED_ALIAS);
  if (functionName === undefined || alias === undefined) return { kind: 'gone' };
  const versions = await functions.versions(functionName);
  const same = versions.filter(({ codeSha256 }) => codeSha256 === pin.sha256);
  const pinned = same.find(({ version }) => version === pin.version) ?? same.at(-1);
  const { version: runs, shifting } = alias;
  const shown = { runs, ...(shifting === undefined ? {} : { shifting }) };
  if (pinned === undefined) return { kind: 'missing', ...shown };
  const others = Object.keys(shifting ?? {});
  const running = await Promise.all(
    [runs, ...others].map((number) => codeOf(functionName, number, versions, functions)),
  );
  const isRunning = running.includes(pin.sha256);
  const kind = !isRunning ? 'differs' : shifting !== undefined ? 'shifting' : 'as-pinned';
  return { kind, ...shown, pinnedVersion: pinned.version };
}

/** `$LATEST`, which somebody may have set by hand, is not among the published versions. */
async function codeOf(
  functionName: string,
  number: string,
  versions: readonly FunctionVersion[],
  functions: Pick<Functions, 'version'>,
): Promise<string | undefined> {
  const published = versions.find(({ version }) => version === number);
  return (published ?? (await functions.version(functionName, number)))?.codeSha256;
}
