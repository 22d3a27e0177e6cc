import { AwsError } from '../json-protocol.ts';

interface Constraint {
  readonly pattern?: RegExp;
  readonly min?: number;
  readonly max: number;
}

/**
 * What the API's model asks of a value, in the words in which AWS refuses one: what the SDK sends unchecked fails here as there.
 * Source: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_StartPipelineExecution.html and its neighbours
 *
 * @throws {AwsError} ValidationException
 */
export function constrain(
  name: string,
  value: string | number | undefined,
  { pattern, min = 1, max }: Constraint,
): void {
  if (value === undefined) return;
  const [size, noun] = typeof value === 'number' ? [value, 'value'] : [value.length, 'length'];
  if (size < min) throw violation(name, value, `Member must have ${noun} greater than or equal to ${min}`);
  if (size > max) throw violation(name, value, `Member must have ${noun} less than or equal to ${max}`);
  if (pattern !== undefined && !pattern.test(String(value))) {
    throw violation(name, value, `Member must satisfy regular expression pattern: ${pattern.source.slice(1, -1)}`);
  }
}

function violation(name: string, value: string | number, why: string): AwsError {
  const message = `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ${why}`;
  return new AwsError('ValidationException', message);
}
