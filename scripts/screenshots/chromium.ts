import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { UserError } from '../../actions/lib/errors.ts';
import { findOnPath } from '../tools.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
const WAIT_MS = 60_000;

/**
 * @param find looks a program up on PATH
 * @throws UserError if there is none
 */
export function findChromium(find: (name: string) => string | undefined = (name) => findOnPath(name)): string {
  const found = NAMES.map((name) => find(name)).find((path) => path !== undefined) ?? find(MAC);
  if (found !== undefined) return found;
  throw new UserError(
    'There is no Chromium to take the screenshots with.',
    'Install it (Debian and Ubuntu: apt-get install chromium) or Google Chrome, and run this again.',
  );
}

export interface Size {
  /** In CSS pixels. */
  readonly width: number;
  /** Of the picture's pixels to CSS pixels. */
  readonly scale: number;
}

/** Takes a picture of a whole page, which has to leave its height in pixels in the attribute `data-height` of its root. */
export async function screenshot(chromium: string, page: string, picture: string, size: Size): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'screenshot-'));
  const run = async (height: number, ...what: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      chromium,
      [
        '--headless',
        // The page is our own; as root, as in a container, Chromium refuses its sandbox.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...['--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run'],
        ...[`--user-data-dir=${profile}`, `--window-size=${size.width},${height}`],
        ...what,
        pathToFileURL(page).href,
      ],
      { timeout: WAIT_MS, maxBuffer: 64 * 1024 * 1024 },
    );
    return stdout;
  };
  try {
    const height = /<html[^>]* data-height="(\d+)"/.exec(await run(800, '--dump-dom'))?.[1];
    if (height === undefined) throw new Error(`${page} does not say how high it is.`);
    await run(Number(height), `--screenshot=${picture}`, `--force-device-scale-factor=${size.scale}`);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}
