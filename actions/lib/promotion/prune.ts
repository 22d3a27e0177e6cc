import type { DeployTargets } from '../aws/deploy-targets.ts';
import { describeError } from '../errors.ts';
import type { Pins } from '../pins.ts';
import type { PromotionDeps } from './deps.ts';

/**
 * Deletes the published versions of each function that no pin and no alias names, and that are not among the newest. What cannot be
 * deleted is a warning: nothing runs differently for it.
 *
 * @param keep how many of the newest stay in any case
 * @returns how many were deleted
 */
export async function prune(
  { lambdas, lambda_application: application }: DeployTargets,
  pins: Pins,
  keep: number,
  { functions, shifts, log }: Pick<PromotionDeps, 'functions' | 'shifts' | 'log'>,
): Promise<number> {
  let deleted = 0;
  for (const [id, { function_name: functionName }] of Object.entries(lambdas)) {
    try {
      // One that is about to get its first calls is in no alias yet.
      if (application !== undefined && (await shifts.active(application, functionName)) !== undefined) continue;
      const versions = await functions.versions(functionName);
      const aliases = await functions.aliases(functionName);
      const named = new Set(aliases.flatMap(({ version, shifting = {} }) => [version, ...Object.keys(shifting)]));
      const pin = pins[id];
      const old = versions
        .slice(0, Math.max(0, versions.length - keep))
        .filter(({ version, codeSha256 }) => !named.has(version) && codeSha256 !== pin?.sha256);
      for (const { version } of old) {
        await functions.deleteVersion(functionName, version);
        deleted += 1;
      }
      if (old.length > 0) {
        log.info(
          `${id}: ${old.length} old ${old.length === 1 ? 'version' : 'versions'} deleted (${old.map(({ version }) => version).join(', ')}).`,
        );
      }
    } catch (error) {
      log.warning(`Old versions of ${id} were not deleted: ${describeError(error)}`);
    }
  }
  return deleted;
}
