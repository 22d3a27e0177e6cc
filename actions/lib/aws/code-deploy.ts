import { createHash } from 'node:crypto';
import {
  CodeDeployClient,
  CreateDeploymentCommand,
  ApplicationDoesNotExistException,
  DeploymentAlreadyCompletedException,
  DeploymentGroupDoesNotExistException,
  DeploymentLimitExceededException,
  GetDeploymentCommand,
  GetDeploymentTargetCommand,
  ListDeploymentTargetsCommand,
  paginateListDeployments,
  StopDeploymentCommand,
  type DeploymentInfo,
  type DeploymentStatus,
  type DeploymentTarget,
} from '@aws-sdk/client-codedeploy';
import { UserError } from '../errors.ts';

/** A shift of a lambda's alias from one version to another, as CodeDeploy does it. */
export interface Shift {
  readonly id: string;
  readonly status: DeploymentStatus;
  /** The deployment configuration, such as `CodeDeployDefault.LambdaAllAtOnce`. */
  readonly config: string;
  readonly createdAt: Date;
  /** Who began it: `user`, or `codeDeployRollback` for the way back after a failure. */
  readonly creator: string;
  readonly description?: string;
  /** Absent as long as CodeDeploy does not tell, for a moment after it was created. */
  readonly from?: string;
  readonly to?: string;
  /** In CodeDeploy's words: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ErrorInformation.html */
  readonly error?: { readonly code: string; readonly message: string };
  readonly rollback?: { readonly id?: string; readonly message?: string };
}

export interface LifecycleEvent {
  readonly name: string;
  readonly status: string;
  readonly startedAt?: Date;
  readonly message?: string;
}

export interface ShiftRequest {
  readonly application: string;
  /** Also the deployment group's name. */
  readonly functionName: string;
  readonly alias: string;
  readonly from: string;
  readonly to: string;
  readonly config: string;
  readonly description: string;
  /** Whether the group's alarms stop it. */
  readonly watchAlarms: boolean;
}

/** The shifts of lambda aliases; the real one is `codeDeployShifts`. */
export interface Shifts {
  /** The one that is going on in the deployment group of a function; none where there is no such group. */
  active(application: string, functionName: string): Promise<Shift | undefined>;
  /**
   * @returns the deployment's id, or `undefined` if another one of the group is going on.
   * @throws UserError if there is no such group
   */
  start(request: ShiftRequest): Promise<string | undefined>;
  get(id: string): Promise<Shift>;
  /** In their order; none as long as CodeDeploy has not got so far. */
  events(id: string): Promise<readonly LifecycleEvent[]>;
  /** Stops it, and goes back to the version from before. @returns whether there was something to stop. */
  stop(id: string): Promise<boolean>;
}

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html: nothing comes after these. */
export function isOver({ status }: Pick<Shift, 'status'>): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
}

export function codeDeployShifts(client: CodeDeployClient = new CodeDeployClient({})): Shifts {
  // What is asked for every few seconds and never changes.
  const knownVersions = new Map<string, Pick<Shift, 'from' | 'to'>>();
  const knownTargets = new Map<string, string>();
  return {
    async active(application, functionName) {
      const pages = paginateListDeployments(
        { client },
        {
          applicationName: application,
          deploymentGroupName: functionName,
          includeOnlyStatuses: ['Created', 'Queued', 'InProgress', 'Baking', 'Ready'],
        },
      );
      try {
        for await (const { deployments = [] } of pages) {
          for (const id of deployments) {
            // It can have ended since the list was made.
            const found = await get(id);
            if (!isOver(found)) return found;
          }
        }
      } catch (error) {
        if (!isWithoutGroup(error)) throw error;
      }
      return undefined;
    },
    async start({ application, functionName, config, description, watchAlarms, ...shift }) {
      const content = appSpec({ functionName, ...shift });
      try {
        const { deploymentId } = await client.send(
          new CreateDeploymentCommand({
            applicationName: application,
            deploymentGroupName: functionName,
            deploymentConfigName: config,
            description,
            revision: {
              revisionType: 'AppSpecContent',
              appSpecContent: { content, sha256: createHash('sha256').update(content).digest('hex') },
            },
            ...(watchAlarms ? {} : { overrideAlarmConfiguration: { enabled: false } }),
          }),
        );
        if (deploymentId === undefined) throw new Error('CodeDeploy answered no deployment id.');
        return deploymentId;
      } catch (error) {
        if (error instanceof DeploymentLimitExceededException) return undefined;
        if (!isWithoutGroup(error)) throw error;
        throw new UserError(`CodeDeploy has no deployment group ${functionName}.`, 'Apply the environment first.', {
          cause: error,
        });
      }
    },
    get,
    async events(id) {
      const target = await targetOf(id);
      return (target?.lambdaTarget?.lifecycleEvents ?? []).map((event) => {
        const { lifecycleEventName: name = '', status = 'Pending', startTime, diagnostics } = event;
        return {
          name,
          status,
          ...(startTime === undefined ? {} : { startedAt: startTime }),
          ...(diagnostics?.message === undefined ? {} : { message: diagnostics.message }),
        };
      });
    },
    async stop(id) {
      try {
        await client.send(new StopDeploymentCommand({ deploymentId: id, autoRollbackEnabled: true }));
        return true;
      } catch (error) {
        if (error instanceof DeploymentAlreadyCompletedException) return false;
        throw error;
      }
    },
  };

  async function get(id: string): Promise<Shift> {
    const { deploymentInfo: info } = await client.send(new GetDeploymentCommand({ deploymentId: id }));
    if (info === undefined) throw new Error(`CodeDeploy answered nothing about the deployment ${id}.`);
    return toShift(id, info, await versionsOf(id, info));
  }

  /** CodeDeploy does not give every revision back whole, so the target is asked, too. */
  async function versionsOf(id: string, info: DeploymentInfo): Promise<Pick<Shift, 'from' | 'to'>> {
    const known = knownVersions.get(id);
    if (known !== undefined) return known;
    const given = parseAppSpec(info.revision?.appSpecContent?.content ?? info.revision?.string?.content);
    const { currentVersion: from = given.from, targetVersion: to = given.to } =
      given.to === undefined ? ((await targetOf(id))?.lambdaTarget?.lambdaFunctionInfo ?? {}) : {};
    const versions = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    if (to !== undefined) knownVersions.set(id, versions);
    return versions;
  }

  async function targetOf(id: string): Promise<DeploymentTarget | undefined> {
    try {
      const targetId = knownTargets.get(id) ?? (await firstTarget(id));
      if (targetId === undefined) return undefined;
      knownTargets.set(id, targetId);
      const { deploymentTarget } = await client.send(new GetDeploymentTargetCommand({ deploymentId: id, targetId }));
      return deploymentTarget;
    } catch (error) {
      // In the first moments of a deployment there is no target yet.
      const early = ['DeploymentNotStartedException', 'DeploymentTargetDoesNotExistException'];
      if (error instanceof Error && early.includes(error.name)) return undefined;
      throw error;
    }
  }

  /** A deployment of a lambda has one. */
  async function firstTarget(id: string): Promise<string | undefined> {
    const { targetIds = [] } = await client.send(new ListDeploymentTargetsCommand({ deploymentId: id }));
    return targetIds[0];
  }
}

function isWithoutGroup(error: unknown): boolean {
  return error instanceof DeploymentGroupDoesNotExistException || error instanceof ApplicationDoesNotExistException;
}

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html */
function appSpec({ functionName, alias, from, to }: Pick<ShiftRequest, 'functionName' | 'alias' | 'from' | 'to'>) {
  const Properties = { Name: functionName, Alias: alias, CurrentVersion: from, TargetVersion: to };
  return JSON.stringify({
    version: 0.0,
    Resources: [{ [functionName]: { Type: 'AWS::Lambda::Function', Properties } }],
  });
}

/** Of an AppSpec that somebody else wrote nothing is believed but two numbers; one in YAML says nothing here. */
function parseAppSpec(content: string | undefined): Pick<Shift, 'from' | 'to'> {
  if (content === undefined || !content.trimStart().startsWith('{')) return {};
  const version = (name: string): string | undefined => new RegExp(`"${name}"\\s*:\\s*"?(\\d+)`).exec(content)?.[1];
  const [from, to] = [version('CurrentVersion'), version('TargetVersion')];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function toShift(id: string, info: DeploymentInfo, versions: Pick<Shift, 'from' | 'to'>): Shift {
  const { status, createTime, errorInformation: error, rollbackInfo, description } = info;
  if (status === undefined || createTime === undefined) {
    throw new Error(`CodeDeploy answered the deployment ${id} without its state or time.`);
  }
  const { rollbackDeploymentId: rollbackId, rollbackMessage: message } = rollbackInfo ?? {};
  return {
    id,
    status,
    createdAt: createTime,
    config: info.deploymentConfigName ?? '',
    creator: info.creator ?? 'user',
    ...versions,
    ...(description === undefined ? {} : { description }),
    ...(error === undefined ? {} : { error: { code: error.code ?? '', message: error.message ?? '' } }),
    ...(rollbackId === undefined && message === undefined
      ? {}
      : {
          rollback: {
            ...(rollbackId === undefined ? {} : { id: rollbackId }),
            ...(message === undefined ? {} : { message }),
          },
        }),
  };
}
