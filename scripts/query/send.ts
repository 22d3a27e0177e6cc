import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UserError } from '../../actions/lib/errors.ts';
import type { BodySource, Query } from './arguments.ts';

export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** Until the whole answer was there. */
  readonly milliseconds: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The bytes of the body.
 *
 * @throws UserError if there is no such file.
 */
export async function readBody(source: BodySource): Promise<Uint8Array<ArrayBuffer>> {
  if (source.kind === 'text') return new TextEncoder().encode(source.text);
  if (source.kind === 'stdin') return Uint8Array.from(await buffer(process.stdin));
  try {
    return Uint8Array.from(await readFile(source.file));
  } catch (cause) {
    throw new UserError(`The file "${source.file}" cannot be read.`, 'Correct what is behind -body @.', { cause });
  }
}

/**
 * Makes the call.
 *
 * @throws UserError if there is no answer, or not in time.
 */
export async function send(query: Query, body: Uint8Array<ArrayBuffer> | undefined): Promise<Answer> {
  const { method, url, key, timeoutSeconds } = query;
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === '' ? {} : { 'x-api-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      // Followed to another address, a redirect would take the key along.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    const text = await response.text();
    return {
      status: response.status,
      statusText: response.statusText,
      milliseconds: Math.round(performance.now() - started),
      headers: Object.fromEntries(response.headers),
      body: text,
    };
  } catch (cause) {
    const late = cause instanceof Error && cause.name === 'TimeoutError';
    const what = late ? `did not answer within ${timeoutSeconds} s` : 'cannot be reached';
    throw new UserError(`${url.origin} ${what}.`, 'Check API_ENDPOINT; is the sandbox up?', { cause });
  }
}
