import type { DeploymentTarget, RevisionLocation } from '@aws-sdk/client-codedeploy';
import { ACCOUNT, type ServiceContext } from '../../context.ts';
import { Lifecycle } from '../lifecycle.ts';
import type { LambdaNeighbours } from '../neighbours.ts';
import { DeploymentFailure, type Platform, type Run } from '../platform.ts';
import type { DeploymentRecord, ShiftRecord } from '../records.ts';
import { contentIn, contentOf } from '../revision.ts';
import { targetProgress } from '../target-progress.ts';
import { invalidAppSpec, parseAppSpec, readAppSpec } from './appspec.ts';

/** Deployments to Lambda: an alias is moved from one version to another, by its weights. */
export class LambdaPlatform implements Platform {
  readonly defaultConfig = 'CodeDeployDefault.LambdaAllAtOnce';
  readonly #region: string;
  readonly #neighbours: LambdaNeighbours;

  constructor({ region }: Pick<ServiceContext, 'region'>, neighbours: LambdaNeighbours) {
    this.#region = region;
    this.#neighbours = neighbours;
  }

  check(revision: RevisionLocation): void {
    const content = contentIn(revision);
    if (content !== undefined) parseAppSpec(content);
  }

  /** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html */
  eventsOf({ creator }: DeploymentRecord): readonly string[] {
    if (creator === 'codeDeployRollback') return ['AllowTraffic'];
    return ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'];
  }

  async run(run: Run): Promise<void> {
    const { deployment } = run;
    const neighbours = this.#neighbours;
    const spec = readAppSpec(await contentOf(deployment.revision, (location) => neighbours.readObject(location)));
    const { hooks, ...asked } = spec;
    const shift: ShiftRecord = { ...asked, weight: 0, begun: false };
    deployment.shift = shift;
    await this.#checkAlias(shift);
    shift.begun = true;
    const lifecycle = new Lifecycle(run, hooks, (name, payload) => neighbours.invoke(name, payload));
    await lifecycle.hook('BeforeAllowTraffic');
    await lifecycle.event('AllowTraffic', () => this.#allowTraffic(run, shift));
    await lifecycle.hook('AfterAllowTraffic');
  }

  async finish(): Promise<void> {
    throw new Error('A deployment to Lambda leaves nothing that would have to wait for its end.');
  }

  async bringBack({ shift }: DeploymentRecord): Promise<void> {
    if (shift === undefined || !shift.begun) return;
    await this.#neighbours.pointAlias(shift, shift.currentVersion);
    shift.weight = 0;
  }

  /** The SDK's documentation: "the target IDs are the names of Lambda functions". Until an AppSpec in S3 is read there is none. */
  targetIds({ shift }: DeploymentRecord): readonly string[] {
    return shift === undefined ? [] : [shift.functionName];
  }

  async target(deployment: DeploymentRecord): Promise<DeploymentTarget> {
    const { shift } = deployment;
    if (shift === undefined) throw new Error(`The deployment ${deployment.id} has no target yet.`);
    const { functionName, alias, currentVersion, targetVersion, weight } = shift;
    return {
      deploymentTargetType: 'LambdaTarget',
      lambdaTarget: {
        ...targetProgress(deployment),
        targetId: functionName,
        targetArn: `arn:aws:lambda:${this.#region}:${ACCOUNT}:function:${functionName}:${alias}`,
        lambdaFunctionInfo: {
          functionName,
          functionAlias: alias,
          currentVersion,
          targetVersion,
          targetVersionWeight: weight,
        },
      },
    };
  }

  /** What has to be so before anything is moved. */
  async #checkAlias(shift: ShiftRecord): Promise<void> {
    const { functionName, alias, currentVersion, targetVersion } = shift;
    const found = await this.#neighbours.alias(shift);
    if (found === undefined) {
      throw new DeploymentFailure(
        'INVALID_LAMBDA_FUNCTION',
        `There is no alias ${alias} of a function ${functionName}.`,
      );
    }
    for (const version of [currentVersion, targetVersion]) {
      if (await this.#neighbours.hasVersion(functionName, version)) continue;
      throw new DeploymentFailure('INVALID_LAMBDA_FUNCTION', `The function ${functionName} has no version ${version}.`);
    }
    if (found.FunctionVersion !== currentVersion) {
      throw invalidAppSpec('The Lambda function alias version does not match the current version in AppSpec file.');
    }
    // https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-lambda.html: one that was stopped without a rollback
    // leaves such an alias, and those after it fail until somebody mends it. With which words is not published.
    if (Object.keys(found.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0) {
      throw invalidAppSpec(`The alias ${alias} references two versions of the function.`);
    }
  }

  async #allowTraffic({ steps, pace, signal }: Run, shift: ShiftRecord): Promise<void> {
    const { currentVersion, targetVersion } = shift;
    for (const { weight: percent, wait } of steps) {
      signal.throwIfAborted();
      if (percent < 100) await this.#neighbours.pointAlias(shift, currentVersion, { version: targetVersion, percent });
      else await this.#neighbours.pointAlias(shift, targetVersion);
      shift.weight = percent;
      await pace.wait(wait, signal);
    }
  }
}
