import Joi from 'joi';
import type { ReplaceStringsRequest } from '../../../lambdas/replace-strings/request.ts';
import requestSchema from '../../../lambdas/replace-strings/request.schema.json' with { type: 'json' };
import { malformedInput } from '../http/errors.ts';

const { maxLength } = requestSchema.properties.content;

/** Says the same as request.schema.json, which the lambda and API Gateway read; a test sends both the same bodies. */
const schema = Joi.object<ReplaceStringsRequest>({
  content: Joi.string()
    .allow('')
    .required()
    .custom((content: string, { error }) => (isAtMost(content, maxLength) ? content : error('string.max'))),
})
  .required()
  .prefs({ convert: false });

/** @throws HttpError 400 */
export function parseReplaceRequest(body: unknown): ReplaceStringsRequest {
  // joi drops it without a word.
  if (typeof body === 'object' && body !== null && Object.hasOwn(body, '__proto__')) throw malformedInput();
  const { error, value } = schema.validate(body);
  // Without its cause: joi's error holds the body.
  if (error !== undefined) throw malformedInput();
  return value;
}

/** JSON schema counts characters, JavaScript and joi count halves of some. */
function isAtMost(text: string, characters: number): boolean {
  if (text.length <= characters) return true;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= characters;
}
