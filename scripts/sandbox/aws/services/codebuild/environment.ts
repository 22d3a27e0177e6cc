import { homedir } from 'node:os';
import path from 'node:path';
import { toolPath } from '../../../../tools.ts';
import { clientOptions, type ServiceContext } from '../context.ts';
import { BuildError, type Buildspec } from './buildspec.ts';
import type { Neighbours } from './neighbours.ts';
import type { BuildRecord } from './records.ts';

/** What CodeBuild itself says: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html */
function ownVariables(build: BuildRecord, source: string): Record<string, string> {
  const { resolvedSourceVersion, sourceVersion } = build;
  return {
    CODEBUILD_BUILD_ARN: build.arn,
    CODEBUILD_BUILD_ID: build.id,
    CODEBUILD_BUILD_IMAGE: build.environment.image ?? '',
    CODEBUILD_BUILD_NUMBER: String(build.number),
    CODEBUILD_BUILD_SUCCEEDING: '1',
    CODEBUILD_INITIATOR: build.initiator,
    CODEBUILD_LOG_PATH: build.logs.streamName ?? '',
    CODEBUILD_SRC_DIR: source,
    CODEBUILD_START_TIME: String(build.start),
    ...(sourceVersion === undefined ? {} : { CODEBUILD_SOURCE_VERSION: sourceVersion }),
    ...(resolvedSourceVersion === undefined ? {} : { CODEBUILD_RESOLVED_SOURCE_VERSION: resolvedSourceVersion }),
  };
}

/**
 * What the commands of a build see: nothing of this machine's own but where its programs are. A variable of the project wins
 * over the buildspec's, as at AWS.
 *
 * @param machine how this machine reaches the outside
 * @throws BuildError for a secret that is not there
 */
export async function environmentOf(
  context: ServiceContext,
  {
    build,
    spec,
    neighbours,
    machine,
    folders,
  }: {
    readonly build: BuildRecord;
    readonly spec: Buildspec;
    readonly neighbours: Neighbours;
    readonly machine: Readonly<Record<string, string>>;
    readonly folders: { readonly home: string; readonly source: string; readonly temporary: string };
  },
): Promise<Record<string, string>> {
  const { endpoint, region, credentials } = clientOptions(context);
  const plain: Record<string, string> = {};
  const secret: Record<string, string> = {};
  for (const { name = '', value = '', type = 'PLAINTEXT' } of build.environment.environmentVariables ?? []) {
    if (type === 'SECRETS_MANAGER') {
      throw new BuildError('CLIENT_ERROR', `${name}: the sandbox has no Secrets Manager. Use PARAMETER_STORE.`);
    }
    (type === 'PARAMETER_STORE' ? secret : plain)[name] = value;
  }
  const ofSpec = spec.env ?? {};
  return {
    LANG: 'C.UTF-8',
    // Its home is another one, and packages come from where they do on this machine.
    NPM_CONFIG_USERCONFIG: path.join(homedir(), '.npmrc'),
    ...machine,
    PATH: `${path.dirname(process.execPath)}${path.delimiter}${toolPath()}`,
    HOME: folders.home,
    TMPDIR: folders.temporary,
    // A source without a repository of its own is in none: not in the one around the sandbox's folder.
    GIT_CEILING_DIRECTORIES: path.dirname(folders.source),
    CI: 'true',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...ofSpec.variables,
    ...(await neighbours.parameters({ ...ofSpec['parameter-store'] })),
    ...plain,
    ...(await neighbours.parameters(secret)),
    ...ownVariables(build, folders.source),
    // The sandbox's own, whatever the others say.
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
