import type { Answer } from './send.ts';

const MASK = '***';

/** The answer for people: status and time, then the body, with indents if it is JSON. The key is masked. */
export function showAnswer({ status, statusText, milliseconds, body }: Answer, key: string): string {
  const json = parseJson(body);
  const shown = json === undefined ? body : JSON.stringify(json.value, undefined, 2);
  return maskText(`${`${status} ${statusText}`.trim()} · ${milliseconds} ms\n${shown}\n`, key);
}

/** The answer for scripts: one line of JSON. `body` is JSON if it is, otherwise a string. The key is masked. */
export function jsonAnswer({ status, milliseconds, headers, body }: Answer, key: string): string {
  const json = parseJson(body);
  const shown = maskValue({ headers, body: json === undefined ? body : json.value }, key);
  return `${JSON.stringify({ status, milliseconds, ...shown })}\n`;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // Not JSON: shown as it came.
  }
}

/** A server may echo the key as it is, inside JSON, or inside an address. */
function maskText(text: string, key: string): string {
  if (key === '') return text;
  const forms = [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];
  return forms.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

function maskValue<Value>(value: Value, key: string): Value {
  return key === '' ? value : JSON.parse(JSON.stringify(value), (_, item: unknown) => maskItem(item, key));
}

/** Names of properties as well as texts. */
function maskItem(item: unknown, key: string): unknown {
  if (typeof item === 'string') return maskText(item, key);
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [maskText(name, key), value]));
}
