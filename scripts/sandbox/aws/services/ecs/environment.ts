import type { ContainerDefinition, ContainerOverride } from '@aws-sdk/client-ecs';
import { clientOptions, type ServiceContext } from '../context.ts';
import { searchPath, type Command } from './container-process.ts';
import type { ImageConfig } from './images.ts';
import type { Neighbours } from './neighbours.ts';
import path from 'node:path';

/** A task that cannot start, in the words of its `stoppedReason`. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/**
 * The values of a container's `secrets`, by the variable that they are for.
 *
 * @throws {StartFailure} names those that are not there; never a value
 */
export async function resolveSecrets(
  neighbours: Neighbours,
  definition: ContainerDefinition,
): Promise<Record<string, string>> {
  const secrets = (definition.secrets ?? []).map(({ name = '', valueFrom = '' }) => ({ name, valueFrom }));
  const failed = (why: string): StartFailure =>
    new StartFailure(
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ' +
        `unable to retrieve secrets from ssm: service call has been retried 1 time(s): ${why}`,
    );
  const foreign = secrets.find(({ valueFrom }) => valueFrom.startsWith('arn:') && !valueFrom.includes(':ssm:'));
  if (foreign !== undefined) {
    throw failed(`the sandbox takes secrets from Parameter Store only, and ${foreign.name} is ${foreign.valueFrom}`);
  }
  const references = [...new Set(secrets.map(({ valueFrom }) => valueFrom))];
  let values: Map<string, string>;
  try {
    values = await neighbours.parameters(references);
  } catch (error) {
    throw failed(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
  const missing = references.filter((reference) => !values.has(reference));
  if (missing.length > 0) throw failed(`invalid ssm parameters: ${missing.join(', ')}`);
  return Object.fromEntries(secrets.map(({ name, valueFrom }) => [name, values.get(valueFrom) ?? '']));
}

/** All that decides what a container's process is. */
export interface CommandParts {
  readonly root: string;
  readonly config: ImageConfig;
  readonly definition: ContainerDefinition;
  readonly override: ContainerOverride | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  readonly address: string;
}

/** @throws {StartFailure} when neither image nor definition says what to run */
export function commandOf(context: ServiceContext, parts: CommandParts): Command {
  const { root, config, definition, override } = parts;
  const own = nonEmpty(definition.entryPoint);
  const entryPoint = own ?? config.Entrypoint ?? [];
  // An entry point of the definition's own drops the image's command, as it does with Docker.
  const command = nonEmpty(override?.command) ?? nonEmpty(definition.command) ?? (own ? [] : (config.Cmd ?? []));
  const [program, ...args] = [...entryPoint, ...command];
  if (program === undefined) throw new StartFailure('CannotStartContainerError: no command specified');
  return {
    program,
    args,
    cwd: path.join(root, definition.workingDirectory ?? config.WorkingDir ?? '/'),
    env: environmentOf(context, parts),
  };
}

function environmentOf(context: ServiceContext, parts: CommandParts): Record<string, string> {
  const { config, definition, override, secrets, address } = parts;
  const { endpoint, region, credentials } = clientOptions(context);
  const ofImage = (config.Env ?? []).map((entry): [string, string] => {
    const equals = entry.indexOf('=');
    return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
  });
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...Object.fromEntries(ofImage),
    ...pairs(definition.environment),
    ...secrets,
    ...pairs(override?.environment),
    // The sandbox's own, whatever the others say: where it is, and where AWS is.
    PATH: searchPath(),
    HOST: address,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function pairs(
  list: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[] | undefined,
) {
  return Object.fromEntries((list ?? []).map(({ name = '', value = '' }) => [name, value]));
}

function nonEmpty(list: readonly string[] | undefined): readonly string[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list;
}
