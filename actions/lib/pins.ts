import { UserError } from './errors.ts';

/** What `prod` runs, by lambda id. `sha256` is the package's checksum in base64, as Lambda writes it. */
export type Pins = Readonly<Record<string, Pin>>;

export interface Pin {
  readonly version: string;
  readonly sha256: string;
}

/** The pin file of an environment, relative to the repository. */
export function pinFile(environment: string): string {
  return `terraform/promotions/${environment}.json`;
}

/** @throws UserError naming what is wrong: the file is written by people too. */
export function parsePins(text: string, file: string): Pins {
  const wrong = (what: string): UserError =>
    new UserError(
      `${file} is not a pin file: ${what}.`,
      'It holds { "<lambda id>": { "version": "7", "sha256": "…" } }.',
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw wrong(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw wrong('it is not an object');
  return Object.fromEntries(
    Object.entries(parsed).map(([id, pin]: [string, unknown]) => {
      if (!isPin(pin)) throw wrong(`"${id}" has no version (a number as text) and sha256`);
      return [id, { version: pin.version, sha256: pin.sha256 }];
    }),
  );
}

export function formatPins(pins: Pins): string {
  const entries = Object.entries(pins).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}

function isPin(value: unknown): value is Pin {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    typeof value.version === 'string' &&
    /^[1-9]\d*$/.test(value.version) &&
    'sha256' in value &&
    typeof value.sha256 === 'string' &&
    value.sha256 !== ''
  );
}
