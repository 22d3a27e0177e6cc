import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import { formatted, type Generated } from './generated.ts';
import { readSchema } from './schemas.ts';

/** `request.ts` beside each `request.schema.json` of a lambda: the type of its body, named by the schema's title. */
export async function requestTypes(root: string): Promise<readonly Generated[]> {
  const generated: Generated[] = [];
  for (const file of globSync('lambdas/*/request.schema.json', { cwd: root }).toSorted()) {
    const { title, schema } = await readSchema(root, file);
    const code = await compile(schema, title, {
      bannerComment: '// Made from request.schema.json by `make docs`: change that, not this.',
      additionalProperties: false,
      format: false,
    });
    generated.push(await formatted(join(root, dirname(file), 'request.ts'), code));
  }
  return generated;
}
