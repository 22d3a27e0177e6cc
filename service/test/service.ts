import { Writable } from 'node:stream';
import { createMappingCache, type MappingCache } from '@repo/string-replacement';
import type { Express } from 'express';
import supertest, { type Test } from 'supertest';
import { createApp, type AppDependencies } from '../src/app.ts';
import { readDocsAssets } from '../src/docs/assets.ts';
import { createLogger, type Logger, type LogLevel } from '../src/logger.ts';

export const KEY = 'the-current-key-of-the-tests';
export const PREVIOUS_KEY = 'the-previous-key-of-the-tests';
export const MAPPING = {
  ABN: 'ABN AMRO',
  ING: 'ING BANK',
  Rabo: 'Rabobank',
  Triodos: 'Triodos Bank',
  Volksbank: 'de Volksbank',
} as const;

export type Line = { readonly level: string; readonly message: string } & Readonly<Record<string, unknown>>;

/** Keeps what is written: as text, to look for what must not be there, and by line. */
export class Log {
  text = '';
  readonly logger: Logger;

  constructor(level: LogLevel = 'debug') {
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.text += chunk.toString('utf8');
        done();
      },
    });
    this.logger = createLogger({ level, output });
  }

  get lines(): Line[] {
    return this.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Line => JSON.parse(line));
  }

  /** The lines of requests. They come once the answer is out, which may be after the client has it. */
  async requests(count: number): Promise<Line[]> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const found = this.lines.filter(({ message }) => message === 'Answered' || message === 'Given up');
      if (found.length >= count) return found;
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    throw new Error(`There are not ${count} lines of requests: ${this.text}`);
  }
}

export type Service = {
  readonly app: Express;
  readonly log: Log;
  readonly health: { draining: boolean };
  /** A request to `/api/string/replace` with a good key and these bytes, said to be JSON. */
  readonly post: (body?: string | Buffer) => Test;
  readonly replace: (content: unknown) => Test;
};

export function prepare({ config, ...overrides }: Partial<AppDependencies> = {}): Service {
  const log = new Log();
  const health = { draining: false };
  const app = createApp({
    config: { apiKeys: { current: KEY }, rateLimitPerMinute: 100_000, version: 'abc123', ...config },
    mappings: mappingsOf(() => Promise.resolve(JSON.stringify(MAPPING)), log.logger),
    health,
    docs: readDocsAssets(),
    logger: log.logger,
    ...overrides,
  });
  const post = (body?: string | Buffer): Test => {
    const request = supertest(app)
      .post('/api/string/replace')
      .set('x-api-key', KEY)
      .set('content-type', 'application/json')
      // superagent would make JSON of what is bytes already.
      .serialize((bytes: string) => bytes);
    return body === undefined ? request : request.send(body);
  };
  return { app, log, health, post, replace: (content) => post(JSON.stringify({ content })) };
}

export function mappingsOf(read: () => Promise<string>, logger: Logger): MappingCache {
  return createMappingCache({ read, logger });
}
