import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../actions/lib/errors.ts';

/** A JSON schema whose keywords mean the same to API Gateway, ajv and OpenAPI 3.0; lambdas/shared/test/ holds them to it. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * Reads a schema of a body.
 *
 * @param file path below root.
 * @throws UserError if it is no JSON, or has no title: API Gateway and TypeScript need a name for it.
 */
export async function readSchema(root: string, file: string): Promise<{ title: string; schema: Schema }> {
  let schema: unknown;
  try {
    schema = JSON.parse(await readFile(join(root, file), 'utf8'));
  } catch (cause) {
    throw new UserError(`${file} is not JSON.`, 'Correct it.', { cause });
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new UserError(`${file} is not a schema.`, 'Make it a JSON object.');
  }
  const { title, ...rest }: { title?: unknown } & Schema = { ...schema };
  if (typeof title !== 'string' || !/^[A-Z][A-Za-z0-9]*$/.test(title)) {
    throw new UserError(
      `${file} has no usable title.`,
      'Give it one in letters and digits, such as ReplaceStringsRequest.',
    );
  }
  return { title, schema: { title, ...rest } };
}
