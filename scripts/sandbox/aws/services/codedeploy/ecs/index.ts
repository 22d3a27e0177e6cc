import type { DeploymentTarget, ECSTaskSet, RevisionLocation } from '@aws-sdk/client-codedeploy';
import { ACCOUNT, type ServiceContext } from '../../context.ts';
import { AwsError } from '../../json-protocol.ts';
import type { EcsNeighbours, Place } from '../neighbours.ts';
import { DeploymentFailure, type Platform, type Run } from '../platform.ts';
import type { DeploymentRecord, SideRecord } from '../records.ts';
import { contentIn, contentOf } from '../revision.ts';
import { targetProgress } from '../target-progress.ts';
import { readAppSpec, type AppSpec } from './appspec.ts';
import { findSides, placeOf, routeOf } from './place.ts';
import { remove, Shift } from './shift.ts';

const BEFORE_TEST = ['BeforeInstall', 'Install', 'AfterInstall'];
const TEST = ['AllowTestTraffic', 'AfterAllowTestTraffic'];
const AFTER_TEST = ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'];

/** Blue/green deployments to ECS. */
export class EcsPlatform implements Platform {
  readonly defaultConfig = 'CodeDeployDefault.ECSAllAtOnce';
  readonly #region: string;
  readonly #neighbours: EcsNeighbours;

  constructor({ region }: Pick<ServiceContext, 'region'>, neighbours: EcsNeighbours) {
    this.#region = region;
    this.#neighbours = neighbours;
  }

  check(revision: RevisionLocation): void {
    const content = contentIn(revision);
    if (content !== undefined) readAppSpec(content);
  }

  /** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html */
  eventsOf({ creator, settings }: DeploymentRecord): readonly string[] {
    if (creator === 'codeDeployRollback') return ['AllowTraffic'];
    return [...BEFORE_TEST, ...(routeOf(settings).test.length > 0 ? TEST : []), ...AFTER_TEST];
  }

  async run(run: Run): Promise<void> {
    const { deployment } = run;
    const spec = await this.#specOf(deployment);
    const sides = await findSides(deployment, this.#neighbours);
    Object.assign(deployment, sides);
    await new Shift(run, sides, this.#neighbours).perform(spec);
  }

  async finish(run: Run): Promise<void> {
    const { original, replacement } = run.deployment;
    if (original === undefined || replacement === undefined) throw new Error('It has no task sets.');
    await new Shift(run, { original, replacement }, this.#neighbours).terminate();
  }

  async bringBack({ id, settings, original, replacement }: DeploymentRecord): Promise<void> {
    if (original === undefined || replacement === undefined) return;
    const neighbours = this.#neighbours;
    const place = placeOf(settings);
    const set = await neighbours.taskSet(place, original.taskSet);
    // Better the new version than none.
    if (set === undefined || set.status === 'DRAINING') {
      throw new DeploymentFailure(
        'ECS_UPDATE_ERROR',
        `The original task set ${original.taskSet} is not there any more.`,
      );
    }
    const { production, test } = routeOf(settings);
    const pair = [original.targetGroupArn, replacement.targetGroupArn];
    for (const listener of [...production, ...test]) {
      await neighbours.forward(listener, pair, { [original.targetGroupArn]: 100 });
    }
    original.weight = 100;
    replacement.weight = 0;
    if (set.status !== 'PRIMARY') await neighbours.setPrimary(place, original.taskSet);
    const { taskSets = [] } = (await neighbours.service(place)) ?? {};
    for (const { id: taskSet = '', externalId } of taskSets) {
      if (taskSet === replacement.taskSet || externalId === id) await remove(neighbours, place, taskSet);
    }
  }

  targetIds({ settings }: DeploymentRecord): readonly string[] {
    const { cluster, service } = placeOf(settings);
    return [`${cluster}:${service}`];
  }

  async target(deployment: DeploymentRecord): Promise<DeploymentTarget> {
    const { settings, original, replacement } = deployment;
    const place = placeOf(settings);
    const taskSetsInfo: ECSTaskSet[] = [];
    for (const [label, side] of [['Blue', original] as const, ['Green', replacement] as const]) {
      if (side !== undefined) taskSetsInfo.push(await this.#taskSetInfo(place, label, side));
    }
    return {
      deploymentTargetType: 'ECSTarget',
      ecsTarget: {
        ...targetProgress(deployment),
        targetId: this.targetIds(deployment)[0],
        targetArn: `arn:aws:ecs:${this.#region}:${ACCOUNT}:service/${place.cluster}/${place.service}`,
        taskSetsInfo,
      },
    };
  }

  async #specOf({ revision }: DeploymentRecord): Promise<AppSpec> {
    try {
      return readAppSpec(await contentOf(revision, (location) => this.#neighbours.readObject(location)));
    } catch (error) {
      if (error instanceof AwsError) throw new DeploymentFailure('INVALID_REVISION', error.message);
      throw error;
    }
  }

  async #taskSetInfo(place: Place, taskSetLabel: 'Blue' | 'Green', side: SideRecord): Promise<ECSTaskSet> {
    const { taskSet: id, targetGroupName, weight } = side;
    const set = id === '' ? undefined : await this.#neighbours.taskSet(place, id);
    return {
      // The API spells it so.
      identifer: id,
      taskSetLabel,
      trafficWeight: weight,
      targetGroup: { name: targetGroupName },
      desiredCount: set?.computedDesiredCount ?? 0,
      pendingCount: set?.pendingCount ?? 0,
      runningCount: set?.runningCount ?? 0,
      status: set?.status ?? 'DRAINING',
    };
  }
}
