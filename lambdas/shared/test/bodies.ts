import { readFileSync } from 'node:fs';

/** A body and what becomes of it. In `<id>/test/bodies.json`, so that other tests can send the same ones over HTTP. */
export type Body = {
  readonly title: string;
  readonly body: unknown;
  readonly good: boolean;
  /** A type cannot tell that it is bad: how long a text may be, for example. */
  readonly beyondTypes: boolean;
};

type Written = {
  readonly title: string;
  readonly body: unknown;
  /** Properties that are so many letters, which would be long in a file. */
  readonly fill?: Readonly<Record<string, number>>;
  readonly beyondTypes?: boolean;
};

export function readBodies(id: string): Body[] {
  const file = new URL(`../../${id}/test/bodies.json`, import.meta.url);
  const { good, bad }: { good: Written[]; bad: Written[] } = JSON.parse(readFileSync(file, 'utf8'));
  return [...good.map((written) => toBody(written, true)), ...bad.map((written) => toBody(written, false))];
}

function toBody({ title, body, fill, beyondTypes = false }: Written, good: boolean): Body {
  const filled = Object.entries(fill ?? {}).map(([name, length]) => [name, 'a'.repeat(length)]);
  return {
    title,
    body: typeof body === 'object' && filled.length > 0 ? { ...body, ...Object.fromEntries(filled) } : body,
    good,
    beyondTypes,
  };
}
