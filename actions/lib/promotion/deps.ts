import type { Alarms } from '../aws/alarms.ts';
import type { Shifts } from '../aws/code-deploy.ts';
import type { ApiTarget } from '../aws/deploy-targets.ts';
import type { Functions } from '../aws/functions.ts';
import type { Log } from '../log.ts';
import type { Clock } from './clock.ts';
import type { SmokeTest } from './smoke.ts';

/** What a promotion needs of the world; promote and reconcile share it. */
export interface PromotionDeps {
  readonly functions: Functions;
  readonly shifts: Shifts;
  readonly alarms: Alarms;
  readonly smoke: (api: ApiTarget) => SmokeTest;
  /** A file of the repository, `undefined` if there is none. */
  readonly readText: (path: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the run is cancelled. */
  readonly cancelled: AbortSignal;
  /** For links to the console. */
  readonly region: string;
  /** Who wants it, and in which run: CodeDeploy keeps it with the deployment. */
  readonly by: string;
}
