import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { UserError } from '../../../actions/lib/errors.ts';
import { formatted, type Generated } from '../generated.ts';
import { readArchitecture } from './architecture.ts';
import { describeApi } from './document.ts';
import { readLambdaFiles, type LambdaFiles } from './lambda-files.ts';

/** `docs/openapi.json`, from the map of lambdas and from the schemas and events in their folders. */
export async function openApiDocument(root: string): Promise<readonly Generated[]> {
  const architecture = await readArchitecture(root);
  const files: Record<string, LambdaFiles> = {};
  for (const id of Object.keys(architecture.integrations)) files[id] = await readLambdaFiles(root, id);
  const document = describeApi(architecture, files);
  const { valid, errors } = await new Validator().validate({ ...document });
  if (!valid) throw new UserError('The API cannot be described in OpenAPI 3.0.', JSON.stringify(errors));
  return [await formatted(join(root, 'docs/openapi.json'), JSON.stringify(document))];
}
