import type { DeploymentTarget, ErrorCode, RevisionLocation } from '@aws-sdk/client-codedeploy';
import type { Pace } from '../pace.ts';
import type { Step } from './configs.ts';
import type { DeploymentRecord } from './records.ts';

/** Why a deployment does not go on, by the code and in the words that its error information has. */
export class DeploymentFailure extends Error {
  override readonly name = 'DeploymentFailure';
  readonly code: ErrorCode;
  /** AWS tells those that were stopped from those that failed. */
  readonly status: 'Stopped' | 'Failed';
  /** Whether somebody has said that it is to be rolled back, or not; else the group's configuration says so. */
  readonly rollBack: boolean | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { status = 'Failed', rollBack }: { status?: 'Stopped' | 'Failed'; rollBack?: boolean | undefined } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.rollBack = rollBack;
  }
}

/** How long is waited where AWS gives no choice. In milliseconds of this machine, other than the pace's. */
export interface Limits {
  /** How often is looked whether something has come to be. */
  readonly lookMs: number;
  /** How often the alarms are looked at. */
  readonly alarmMs: number;
  /** However fast the pace is: a process needs its time to start. */
  readonly leastInstallMs: number;
  readonly leastHookMs: number;
}

export const LIMITS: Limits = { lookMs: 200, alarmMs: 500, leastInstallMs: 30_000, leastHookMs: 5_000 };

/** One deployment that goes on. */
export interface Run {
  readonly deployment: DeploymentRecord;
  readonly steps: readonly Step[];
  readonly pace: Pace;
  readonly limits: Limits;
  /** Aborted, with a DeploymentFailure as its reason, when the deployment is to stop. */
  readonly signal: AbortSignal;
}

/** What is different between compute platforms. A new one is a class that does this, and one line in index.ts. */
export interface Platform {
  /** The configuration of a deployment for which neither the request nor the group names one. */
  readonly defaultConfig: string;
  /** @throws AwsError when the revision can be seen to be wrong before anything has begun */
  check(revision: RevisionLocation): void;
  /** The events of a deployment, in their order. */
  eventsOf(deployment: DeploymentRecord): readonly string[];
  /** From the beginning to the end. Rejects with a DeploymentFailure, or with what the signal was aborted with. */
  run(run: Run): Promise<void>;
  /** The rest of a deployment whose new version has taken over already (`terminatingSince`). */
  finish(run: Run): Promise<void>;
  /** The old version gets everything back and what was new goes, however far the deployment came. Can be repeated. */
  bringBack(deployment: DeploymentRecord): Promise<void>;
  targetIds(deployment: DeploymentRecord): readonly string[];
  target(deployment: DeploymentRecord): Promise<DeploymentTarget>;
}

export type Platforms = Readonly<Partial<Record<string, Platform>>>;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
