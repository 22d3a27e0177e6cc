import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloudWatchAlarms } from '../aws/alarms.ts';
import { apiGatewayKeys } from '../aws/api-gateway.ts';
import { codeDeployShifts } from '../aws/code-deploy.ts';
import { lambdaFunctions } from '../aws/functions.ts';
import { actionsLog } from '../github/actions-log.ts';
import { cancellation, workspace } from '../github/runner.ts';
import type { Log } from '../log.ts';
import { systemClock } from './clock.ts';
import type { PromotionDeps } from './deps.ts';
import { smokeTest } from './smoke.ts';

/**
 * What promote and reconcile need, in a workflow or on a laptop.
 *
 * @param by who wants it, and where
 */
export function promotionDeps(by: string, log: Log = actionsLog): PromotionDeps {
  const keys = apiGatewayKeys();
  return {
    functions: lambdaFunctions(),
    shifts: codeDeployShifts(),
    alarms: cloudWatchAlarms(),
    smoke: (api) =>
      smokeTest(api, {
        keys,
        fetch: (url, init) => fetch(url, init),
        awsEndpoint: process.env['AWS_ENDPOINT_URL'],
        clock: systemClock,
        log,
      }),
    readText: async (path) => {
      try {
        return await readFile(join(workspace(), path), 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    clock: systemClock,
    log,
    cancelled: cancellation(),
    region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? '',
    by,
  };
}
