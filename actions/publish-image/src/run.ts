import { describeError } from '../../lib/errors.ts';
import { describeContents, size } from '../../lib/image/contents.ts';
import { publishImage, type PublishDeps, type PublishInputs, type PublishResult } from '../../lib/image/publish.ts';
import type { ImageScan } from '../../lib/image/repository.ts';
import { inlineCode, tableCode } from '../../lib/markdown/escape.ts';
import { describeScan, isCritical } from './scan.ts';

export interface Deps extends PublishDeps {
  readonly writeSummary: (markdown: string) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** A scan on push takes some seconds; nothing waits for one that takes longer. */
const SCAN_LOOKS = 6;
const SCAN_LOOK_MS = 5_000;
/** A scan on push begins some moments after it. */
const SCAN_START_MS = 2_000;

/**
 * Makes sure that the image of a version is in the repository, and tells what it is: its size, and what its scan has found. A finding
 * makes no run red: the image was reviewed as code, and what the scan finds changes by the day.
 *
 * @throws UserError if there is no repository, the base image cannot be had, or the build fails
 */
export async function run(inputs: PublishInputs, deps: Deps): Promise<PublishResult> {
  const result = await publishImage(inputs, deps);
  for (const line of describeContents(result)) deps.log.info(line);
  const scan = await scanOf(result, deps);
  const said = typeof scan === 'string' ? scan : describeScan(scan);
  if (typeof scan !== 'string' && isCritical(scan)) {
    deps.log.warning(`The image of ${inputs.version} has critical vulnerabilities: ${said}.`);
  } else {
    deps.log.info(`Scan: ${said}`);
  }
  await deps.writeSummary(
    [
      '### Image of the service',
      '',
      '| version | size | digest | | scan |',
      '| --- | ---: | --- | --- | --- |',
      `| ${tableCode(inputs.version)} | ${size(result.bytes)} | ${tableCode(result.digest.slice(0, 19))} | ${result.built ? 'built' : 'there already'} | ${said} |`,
      '',
      inlineCode(result.uri),
    ].join('\n'),
  );
  return result;
}

/** What is found, or why that is not known. */
async function scanOf({ digest, built }: PublishResult, { images, sleep, log }: Deps): Promise<ImageScan | string> {
  try {
    let scan = await images.scan(digest);
    if (scan.kind === 'unscanned' && built) {
      await sleep(SCAN_START_MS);
      scan = await images.scan(digest);
    }
    for (let look = 1; look < SCAN_LOOKS && scan.kind === 'pending'; look += 1) {
      await sleep(SCAN_LOOK_MS);
      scan = await images.scan(digest);
    }
    return scan;
  } catch (error) {
    // The image is there, which is what counts.
    log.warning(`The scan of the image could not be read: ${describeError(error)}`);
    return 'could not be read';
  }
}
