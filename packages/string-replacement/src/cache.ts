import { loadMapping, type LoadedMapping } from './mapping.ts';
import { unreachableKeys } from './replacer.ts';

export type Logger = {
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly error: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
};

export type MappingCacheOptions = {
  /** Fetches the map's JSON text, for example from an SSM parameter. */
  readonly read: () => Promise<string>;
  readonly logger: Logger;
  /** For how long a map is used before it is read again, in milliseconds; a minute. */
  readonly ttlMs?: number;
  /** How long after a failure the next attempt may be made, in milliseconds; 5 seconds. */
  readonly retryMs?: number;
  /**
   * From which age on a map is no longer served while a new one is being read, in milliseconds; ten times `ttlMs`. This is
   * for processes that sleep between calls, as a lambda does: the first call after an hour should not get the map of an hour ago.
   * It does not apply while reading fails: then the last good map is served at once, however old it is.
   */
  readonly maxStaleMs?: number;
  /** A clock in milliseconds that never goes back; `performance.now`. */
  readonly now?: () => number;
};

export type MappingCache = {
  /**
   * The map, from memory where possible.
   *
   * @throws MappingError or what `read` threw, while no good map has ever been read
   */
  readonly get: () => Promise<LoadedMapping>;
  /** Waits for a refresh in the background, if there is one. Never throws. For processes that are frozen after a call. */
  readonly settled: () => Promise<void>;
};

/**
 * Keeps the map in memory: one read per `ttlMs`, shared by everyone who asks at the same time, and made in the background
 * once there is a map to serve meanwhile. If reading or parsing fails, the last good map stays in use, the failure is logged
 * at most once per `ttlMs`, and the next attempt waits for `retryMs`.
 */
export function createMappingCache({
  read,
  logger,
  ttlMs = 60_000,
  retryMs = 5_000,
  maxStaleMs = 10 * ttlMs,
  now = () => performance.now(),
}: MappingCacheOptions): MappingCache {
  let good: { text: string; loaded: LoadedMapping; at: number } | undefined;
  let failure: { error: unknown; at: number } | undefined;
  let loggedAt = -Infinity;
  let unlogged = 0;
  let pending: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    try {
      const text = await read();
      // Most reads find what is there already; the tree of its phrases need not be built again.
      const loaded = text === good?.text ? good.loaded : load(text);
      good = { text, loaded, at: now() };
      failure = undefined;
      loggedAt = -Infinity;
      unlogged = 0;
    } catch (error) {
      failure = { error, at: now() };
      report(error);
    } finally {
      pending = undefined;
    }
  }

  function load(text: string): LoadedMapping {
    const loaded = loadMapping(text);
    const unreachable = unreachableKeys(loaded.mapping);
    if (unreachable.length > 0) {
      logger.warn('Some keys of the map are never replaced, because they hold the value of an entry', {
        keys: unreachable,
      });
    }
    return loaded;
  }

  function report(error: unknown): void {
    if (now() - loggedAt < ttlMs) {
      unlogged += 1;
      return;
    }
    const consequence = good === undefined ? 'there is none to fall back on' : 'the last good one stays in use';
    logger.error(`The map of replacements could not be read; ${consequence}`, {
      error,
      ...(unlogged > 0 ? { failuresSinceLastLogged: unlogged } : {}),
    });
    loggedAt = now();
    unlogged = 0;
  }

  async function get(): Promise<LoadedMapping> {
    const age = good === undefined ? Infinity : now() - good.at;
    if (good !== undefined && age < ttlMs) return good.loaded;
    const resting = failure !== undefined && now() - failure.at < retryMs;
    if (!resting) pending ??= refresh();
    const wait = good === undefined || (age >= maxStaleMs && failure === undefined);
    if (wait) await pending;
    if (good !== undefined) return good.loaded;
    throw failure?.error;
  }

  return {
    get,
    settled: async () => {
      await pending;
    },
  };
}
