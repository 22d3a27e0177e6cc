import {
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
  PreconditionFailedException,
  PublishVersionCommand,
  ResourceNotFoundException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { UserError } from '../errors.ts';

export interface FunctionVersion {
  readonly version: string;
  /** SHA-256 of the package, in base64. */
  readonly codeSha256: string;
}

export interface Alias {
  readonly version: string;
  /** Changes with every change of the alias: moving it with an old one is refused. */
  readonly revisionId: string;
  /** While a shift is going on: which share of the calls other versions get, from 0 to 1. */
  readonly shifting?: Readonly<Record<string, number>>;
}

/** The versions and aliases of Lambda functions; the real one is `lambdaFunctions`. */
export interface Functions {
  /** What `$LATEST` or a published version runs; `undefined` if there is no such version. */
  version(functionName: string, version: string): Promise<FunctionVersion | undefined>;
  /** All published versions, oldest first. */
  versions(functionName: string): Promise<readonly FunctionVersion[]>;
  /** Publishes `$LATEST` if it still runs this code. Lambda makes no new version when nothing has changed. */
  publish(functionName: string, codeSha256: string): Promise<FunctionVersion>;
  alias(functionName: string, name: string): Promise<Alias | undefined>;
  /** All aliases of a function. */
  aliases(functionName: string): Promise<readonly Alias[]>;
  /** Moves all traffic at once. @throws UserError if somebody else moved the alias meanwhile. */
  moveAlias(functionName: string, name: string, to: string, revisionId: string): Promise<Alias>;
  /** Deletes a published version. Lambda refuses one that an alias runs. */
  deleteVersion(functionName: string, version: string): Promise<void>;
}

export function lambdaFunctions(client: LambdaClient = new LambdaClient({})): Functions {
  return {
    async version(functionName, version) {
      return orUndefined(async () => {
        const found = await client.send(
          new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: version }),
        );
        return toVersion(found);
      });
    },
    async versions(functionName) {
      const versions: FunctionVersion[] = [];
      for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: functionName })) {
        versions.push(...(page.Versions ?? []).map(toVersion));
      }
      return versions
        .filter(({ version }) => version !== '$LATEST')
        .toSorted((left, right) => Number(left.version) - Number(right.version));
    },
    async publish(functionName, codeSha256) {
      return toVersion(
        await client.send(new PublishVersionCommand({ FunctionName: functionName, CodeSha256: codeSha256 })),
      );
    },
    async alias(functionName, name) {
      return orUndefined(async () =>
        toAlias(await client.send(new GetAliasCommand({ FunctionName: functionName, Name: name }))),
      );
    },
    async aliases(functionName) {
      const aliases: Alias[] = [];
      for await (const page of paginateListAliases({ client }, { FunctionName: functionName })) {
        aliases.push(...(page.Aliases ?? []).map(toAlias));
      }
      return aliases;
    },
    async moveAlias(functionName, name, to, revisionId) {
      try {
        const moved = await client.send(
          new UpdateAliasCommand({
            FunctionName: functionName,
            Name: name,
            FunctionVersion: to,
            RoutingConfig: { AdditionalVersionWeights: {} },
            RevisionId: revisionId,
          }),
        );
        return toAlias(moved);
      } catch (error) {
        if (!(error instanceof PreconditionFailedException)) throw error;
        throw new UserError(
          `Somebody else moved the alias "${name}" of ${functionName} at the same time.`,
          'Nothing was changed by this run. Look at what it runs now, and promote again if it is not what you want.',
          { cause: error },
        );
      }
    },
    async deleteVersion(functionName, version) {
      // Without a version, or with another kind of qualifier, it would be the function that is deleted.
      if (!/^[1-9]\d*$/.test(version)) throw new Error(`"${version}" is not a published version.`);
      await client.send(new DeleteFunctionCommand({ FunctionName: functionName, Qualifier: version }));
    },
  };
}

async function orUndefined<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

function toVersion(found: { Version?: string | undefined; CodeSha256?: string | undefined }): FunctionVersion {
  if (found.Version === undefined || found.CodeSha256 === undefined) {
    throw new Error('Lambda answered a version without its number or checksum.');
  }
  return { version: found.Version, codeSha256: found.CodeSha256 };
}

function toAlias(found: {
  FunctionVersion?: string | undefined;
  RevisionId?: string | undefined;
  RoutingConfig?: { AdditionalVersionWeights?: Record<string, number> | undefined } | undefined;
}): Alias {
  if (found.FunctionVersion === undefined || found.RevisionId === undefined) {
    throw new Error('Lambda answered an alias without its version or revision.');
  }
  const shares = Object.entries(found.RoutingConfig?.AdditionalVersionWeights ?? {}).filter(([, share]) => share > 0);
  return {
    version: found.FunctionVersion,
    revisionId: found.RevisionId,
    ...(shares.length === 0 ? {} : { shifting: Object.fromEntries(shares) }),
  };
}
