import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { formatPins, parsePins, pinFile } from '../pins.ts';

test('a pin file is per environment', () => {
  expect(pinFile('test')).toBe('terraform/promotions/test.json');
});

test('pins are written sorted, and read back as they were', () => {
  const pins = { zebra: { version: '7', sha256: 'abc=' }, ant: { version: '12', sha256: 'def=' } };
  const text = formatPins(pins);
  expect(Object.keys(parsePins(text, 'pins.json'))).toEqual(['ant', 'zebra']);
  expect(parsePins(text, 'pins.json')).toEqual(pins);
  expect(formatPins(parsePins(text, 'pins.json'))).toBe(text);
  expect(text.endsWith('}\n')).toBe(true);
});

test('what a pin file holds besides is not carried on', () => {
  const text = '{ "a": { "version": "7", "sha256": "abc=", "by": "somebody" } }';
  expect(parsePins(text, 'pins.json')).toEqual({ a: { version: '7', sha256: 'abc=' } });
});

describe('a malformed pin file is one clear sentence', () => {
  test.each([
    ['', 'it is not JSON'],
    ['{ "a": ', 'it is not JSON'],
    ['[]', 'it is not an object'],
    ['null', 'it is not an object'],
    ['{ "a": "7" }', '"a" has no version (a number as text) and sha256'],
    ['{ "a": { "version": 7, "sha256": "abc=" } }', '"a" has no version'],
    ['{ "a": { "version": "$LATEST", "sha256": "abc=" } }', '"a" has no version'],
    ['{ "a": { "version": "0", "sha256": "abc=" } }', '"a" has no version'],
    ['{ "a": { "version": "7", "sha256": "" } }', '"a" has no version'],
    ['{ "a": { "version": "7" } }', '"a" has no version'],
  ])('%s', (text, what) => {
    const parse = (): unknown => parsePins(text, 'terraform/promotions/test.json');
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(`terraform/promotions/test.json is not a pin file: ${what}`);
  });
});
