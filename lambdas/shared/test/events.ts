import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';

const lambdas = new URL('../../', import.meta.url);

/** Of every folder that is a lambda. */
export const lambdaIds = readdirSync(lambdas).filter((id) => existsSync(new URL(`${id}/handler.ts`, lambdas)));

/** The names of the files in a lambda's `events/`, without `.json`. */
export function eventNames(id: string): string[] {
  return readdirSync(new URL(`${id}/events/`, lambdas)).map((file) => file.replace(/\.json$/, ''));
}

export function readEvent(id: string, name: string): APIGatewayProxyEvent {
  return JSON.parse(readFileSync(new URL(`${id}/events/${name}.json`, lambdas), 'utf8'));
}
