import type { S3Location } from '@aws-sdk/client-codedeploy';
import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import type { AliasOf, LambdaNeighbours } from '../neighbours.ts';
import type { HookCall } from './fake-ecs.ts';

/** One function `greet` with the versions 1, 2 and 3 and an alias `prod`, as Lambda would have it. */
export class FakeFunctions implements LambdaNeighbours {
  /** Everything that was changed, in its order. */
  readonly log: string[] = [];
  /** The share of the version that is shifted to, each time it changed, and when. */
  readonly shares: { readonly percent: number; readonly at: number }[] = [];
  readonly versions = new Set(['1', '2', '3']);
  readonly objects = new Map<string, string>();
  prod: AliasConfiguration = { FunctionVersion: '1' };
  /** In place of the functions of hooks. */
  onInvoke: (functionName: string, call: HookCall) => Promise<void> = async () => undefined;
  /** Before a change; a test may hold it up here. */
  onChange: (change: string) => Promise<void> = async () => undefined;

  async alias({ functionName, alias }: AliasOf): Promise<AliasConfiguration | undefined> {
    return functionName === 'greet' && alias === 'prod' ? this.prod : undefined;
  }

  async hasVersion(functionName: string, version: string): Promise<boolean> {
    return functionName === 'greet' && this.versions.has(version);
  }

  async pointAlias(
    _: AliasOf,
    version: string,
    share?: { readonly version: string; readonly percent: number },
  ): Promise<void> {
    const change = share === undefined ? version : `${version} and ${share.percent} % ${share.version}`;
    await this.onChange(change);
    this.log.push(change);
    this.shares.push({ percent: share?.percent ?? (version === '1' ? 0 : 100), at: performance.now() });
    this.prod = {
      FunctionVersion: version,
      ...(share === undefined
        ? {}
        : { RoutingConfig: { AdditionalVersionWeights: { [share.version]: share.percent / 100 } } }),
    };
  }

  /** Whether alarms fire is asked of the other fake. */
  async firing(): Promise<readonly string[]> {
    throw new Error('Nobody asks this one.');
  }

  async invoke(functionName: string, payload: object): Promise<void> {
    this.log.push(`invoke ${functionName}`);
    await this.onInvoke(functionName, payload);
  }

  async readObject({ bucket, key }: S3Location): Promise<string> {
    const found = this.objects.get(`${bucket}/${key}`);
    if (found === undefined) throw new Error('NoSuchKey');
    return found;
  }
}
