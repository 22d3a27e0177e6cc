import { readdirSync, readFileSync } from 'node:fs';
import type { APIGatewayProxyEvent } from 'aws-lambda';

const folder = new URL('../events/', import.meta.url);

/** The names of the files in `events/`, without `.json`. */
export const eventNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

export function readEvent(name: string): APIGatewayProxyEvent {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}

export function eventWithBody(body: string | null): APIGatewayProxyEvent {
  return { ...readEvent('good'), body };
}
