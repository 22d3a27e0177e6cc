import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { UserError } from '../../actions/lib/errors.ts';
import { BIN } from './programs.ts';

/** How releases name this machine, for example `linux_amd64`. */
export const PLATFORM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** The list of checksums is small: a server that has not sent it by then is as good as not there. */
const LIST_TIMEOUT_SECONDS = 15;
const ZIP_TIMEOUT_SECONDS = 600;

export interface Release {
  /** Name of the file within the zip, and of the program. */
  readonly program: string;
  /** What a reader would install by hand: "Terraform 1.11 or newer". */
  readonly wanted: string;
  /** Address of the folder with both files. */
  readonly folder: string;
  readonly zip: string;
  /** Name of the list of SHA-256 checksums. */
  readonly checksums: string;
}

/** The server of a release does not give it. */
export class DownloadError extends UserError {}

/**
 * Takes a program out of a release, and only if its zip's SHA-256 is the one in the release's own list.
 *
 * @throws DownloadError if it cannot be had, UserError if it is not what the list says or there is none for this machine.
 */
export async function installRelease(release: Release): Promise<void> {
  const { program, wanted, folder, zip } = release;
  const list = new TextDecoder().decode(await download(`${folder}/${release.checksums}`, LIST_TIMEOUT_SECONDS, wanted));
  const expected = list
    .split('\n')
    .find((line) => line.endsWith(`  ${zip}`))
    ?.split(' ')[0];
  if (expected === undefined) {
    throw new UserError(`${folder} has no release for ${PLATFORM}.`, `Install ${wanted}, and let it be on PATH.`);
  }
  const data = await download(`${folder}/${zip}`, ZIP_TIMEOUT_SECONDS, wanted);
  const sum = createHash('sha256').update(data).digest('hex');
  if (sum !== expected) {
    throw new UserError(
      `${zip} has the wrong checksum (${sum}).`,
      'Try again; if it stays so, somebody is in between.',
    );
  }
  const content = unzipSync(data)[program];
  if (content === undefined) throw new Error(`${zip} holds no ${program}.`);
  install(program, content);
}

/** Renamed into place, so that an interrupted one leaves nothing that looks like the program. */
function install(program: string, content: Uint8Array): void {
  const file = join(BIN, program);
  mkdirSync(BIN, { recursive: true });
  writeFileSync(`${file}.next`, content);
  chmodSync(`${file}.next`, 0o755);
  renameSync(`${file}.next`, file);
}

async function download(url: string, timeoutSeconds: number, wanted: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new DownloadError(`${url} cannot be reached.`, `Install ${wanted}, or go online, and run this again.`, {
      cause,
    });
  }
  throw new DownloadError(`${url} answered ${response.status}.`, `Install ${wanted} by hand.`);
}
