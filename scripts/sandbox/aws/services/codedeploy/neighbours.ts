import type { S3Location } from '@aws-sdk/client-codedeploy';
import type { Service, TaskSet } from '@aws-sdk/client-ecs';
import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import type { AppSpec } from './ecs/appspec.ts';
import type { Weights } from './ecs/listeners.ts';

/** The service that is deployed to. */
export interface Place {
  readonly cluster: string;
  readonly service: string;
}

/** What a deployment of any platform asks of other services. */
export interface CommonNeighbours {
  /** Names of those, of the given, that are in the state ALARM. */
  firing(alarms: readonly string[]): Promise<readonly string[]>;
  /** Calls a function without waiting for what it answers. */
  invoke(functionName: string, payload: object): Promise<void>;
  readObject(location: S3Location): Promise<string>;
}

/** What a deployment to ECS asks of other services. */
export interface EcsNeighbours extends CommonNeighbours {
  service(place: Place): Promise<Service | undefined>;
  /** @returns its id */
  createTaskSet(place: Place, spec: AppSpec, targetGroupArn: string, externalId: string): Promise<string>;
  /** `undefined` when it is gone. */
  taskSet(place: Place, id: string): Promise<TaskSet | undefined>;
  /** Why tasks of a task set have ended, latest last. */
  stoppedReasons(place: Place, taskSet: string): Promise<readonly string[]>;
  setPrimary(place: Place, id: string): Promise<void>;
  deleteTaskSet(place: Place, id: string): Promise<void>;
  targetGroupArn(name: string): Promise<string>;
  /**
   * Gives other weights to what a listener, and its rules, forward to one of the pair.
   *
   * @returns how many of them there are
   */
  forward(listenerArn: string, pair: readonly string[], weights: Weights): Promise<number>;
}

/** An alias of a function. */
export interface AliasOf {
  readonly functionName: string;
  readonly alias: string;
}

/** What a deployment to Lambda asks of other services. */
export interface LambdaNeighbours extends CommonNeighbours {
  /** `undefined` when there is none, or no such function. */
  alias(which: AliasOf): Promise<AliasConfiguration | undefined>;
  hasVersion(functionName: string, version: string): Promise<boolean>;
  /**
   * Points an alias to a version, and so many per cent of its calls to another one.
   *
   * @param share without it, all calls go to the version
   */
  pointAlias(
    which: AliasOf,
    version: string,
    share?: { readonly version: string; readonly percent: number },
  ): Promise<void>;
}
