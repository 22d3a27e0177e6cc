import joi from 'joi';
import { UserError } from '../errors.ts';

/** One request of `lambdas/<id>/smoke.json`, and what must come back. */
export interface SmokeRequest {
  readonly name: string;
  readonly method: string;
  /** From the stage on, such as `/string/replace`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly expect: {
    readonly status: number;
    /** What the answer must hold: of an object these fields, of a list and of everything else all of it. */
    readonly body?: unknown;
  };
}

/** Relative to the repository. */
export function smokeFile(id: string): string {
  return `lambdas/${id}/smoke.json`;
}

const texts = joi.object().pattern(joi.string(), joi.string());

const schema = joi
  .array()
  .items(
    joi.object({
      name: joi.string().required(),
      method: joi.string().valid('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS').required(),
      // One that leads to another host, or out of the stage, would take the key along.
      path: joi
        .string()
        .pattern(/^\/(?!\/)[^?#\\]*$/)
        .pattern(/(^|\/)\.\.?(\/|$)/, { invert: true })
        .required()
        .messages({
          'string.pattern.base': '{#label} must be a path from the stage on, such as /string/replace, without a query',
          'string.pattern.invert.base': '{#label} must not lead out of the stage',
        }),
      headers: texts,
      query: texts,
      body: joi.any(),
      expect: joi
        .object({ status: joi.number().strict().integer().min(100).max(599).required(), body: joi.any() })
        .required(),
    }),
  )
  .min(1)
  .unique('name')
  .messages({ 'array.unique': 'two requests have the same name' });

/** @throws UserError naming what is wrong: the file is written by people. */
export function parseSmokeFile(text: string, file: string): readonly SmokeRequest[] {
  const wrong = (what: string, cause: unknown): UserError =>
    new UserError(`${file} is not a list of requests: ${what}.`, 'See "Smoke tests" in actions/promote/README.md.', {
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw wrong(`it is not JSON (${error instanceof Error ? error.message : String(error)})`, error);
  }
  const { value, error }: { value: readonly SmokeRequest[]; error?: Error | undefined } = schema.validate(parsed, {
    convert: false,
  });
  if (error !== undefined) throw wrong(error.message, error);
  return value;
}
