import joi from 'joi';
import type { Healthcheck, Instruction, PropertyInstruction } from 'dockerfile-ast';
import { UserError } from '../errors.ts';
import type { ContainerConfig } from './manifest.ts';

/**
 * Replaces `$NAME` and `${NAME}`.
 *
 * @param place file and line, for the message
 */
export function expand(text: string, variables: ReadonlyMap<string, string>, place: string): string {
  return text.replace(/\$(?:\{([^}]*)\}|(\w+))/g, (_, braced?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    const value = variables.get(name);
    if (value !== undefined) return value;
    throw new UserError(`${place} uses "${name}", which has no value.`, 'Give it a default: ARG NAME=value.');
  });
}

/** Names and values of ENV, LABEL and ARG. */
export function readProperties(
  instruction: PropertyInstruction,
  variables: ReadonlyMap<string, string>,
  place: string,
): readonly (readonly [name: string, value: string])[] {
  const raw = instruction.getArgumentsContent() ?? '';
  if (/'[^']*\$[^']*'/.test(raw)) {
    throw new UserError(
      `${place} has a "$" in single quotes, which is not replaced.`,
      'Write it without, or build with Docker.',
    );
  }
  return instruction
    .getProperties()
    .map((property) => [property.getName(), expand(property.getValue() ?? '', variables, place)]);
}

const wordsSchema = joi.array<string[]>().items(joi.string().allow('')).min(1).required();

/** The exec form of ENTRYPOINT and CMD. */
export function readWords(instruction: Instruction, place: string): readonly string[] {
  return parseWords(instruction.getArgumentsContent() ?? '', place);
}

function parseWords(text: string, place: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The shell form; refused below like any other text that is no list.
  }
  const { value, error } = wordsSchema.validate(parsed, { convert: false });
  if (error === undefined && value !== undefined) return value;
  throw new UserError(
    `${place} is not in the exec form.`,
    'Write the words as JSON, such as ["node", "server.mjs"]: a shell in between would keep signals from the service.',
  );
}

const FLAGS = { interval: 'Interval', timeout: 'Timeout', 'start-period': 'StartPeriod' } as const;
const NANOSECONDS: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** As Docker keeps it: `Test` with how it is run, and times in nanoseconds. */
export function readHealthcheck(instruction: Healthcheck, place: string): NonNullable<ContainerConfig['Healthcheck']> {
  const found = /^(?<how>NONE|CMD)\s*(?<test>.*)$/is.exec(instruction.getArgumentsContent() ?? '')?.groups;
  if (found === undefined)
    throw new UserError(`${place} is no health check.`, 'It ends with CMD and a command, or NONE.');
  const { how = '', test = '' } = found;
  if (how.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  const settings: { Interval?: number; Timeout?: number; StartPeriod?: number; Retries?: number } = {};
  for (const flag of instruction.getFlags()) {
    const name = flag.getName();
    const value = flag.getValue() ?? '';
    if (name === 'retries' && /^\d+$/.test(value)) settings.Retries = Number(value);
    else if (isTime(name)) settings[FLAGS[name]] = nanoseconds(value, place);
    else
      throw new UserError(
        `${place} has --${name}=${value}, which is not known here.`,
        'Leave it out, or build with Docker.',
      );
  }
  const Test = test.startsWith('[') ? ['CMD', ...parseWords(test, place)] : ['CMD-SHELL', test];
  return { Test, ...settings };
}

function isTime(name: string): name is keyof typeof FLAGS {
  return Object.hasOwn(FLAGS, name);
}

function nanoseconds(text: string, place: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join('') !== text || parts.length === 0) {
    throw new UserError(`${place}: "${text}" is no time.`, 'Write it as 10s or 1m30s.');
  }
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (NANOSECONDS[unit] ?? 0), 0);
}
