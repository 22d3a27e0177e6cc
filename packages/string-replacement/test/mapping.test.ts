import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { loadMapping, MappingError, parseMapping } from '../src/index.ts';

test('a JSON object of strings is a map', () => {
  expect(parseMapping('{"ABN": "ABN AMRO", "constructor": "builder"}')).toEqual({
    ABN: 'ABN AMRO',
    constructor: 'builder',
  });
  expect(loadMapping('{"a": "b"}').replace('a')).toBe('b');
});

describe('an entry is found by its key', () => {
  const { find } = loadMapping(
    '{"ABN": "ABN AMRO", "ABN MeesPierson": "MP", "café": "koffie", "a/b %": "c", "constructor": "d"}',
  );

  test.each([
    ['as it is written', 'ABN', { key: 'ABN', value: 'ABN AMRO' }],
    ['in another case', 'abn meesPIERSON', { key: 'ABN MeesPierson', value: 'MP' }],
    ['in another canonical form', 'CAFE\u0301', { key: 'café', value: 'koffie' }],
    ['whatever it is made of', 'A/B %', { key: 'a/b %', value: 'c' }],
    ['even if every object has one of that name', 'constructor', { key: 'constructor', value: 'd' }],
  ])('%s: %j', (_, key, entry) => {
    expect(find(key)).toMatchObject(entry);
  });

  test.each(['', 'AB', 'ABN ', 'ABN AMRO', 'ABN Mees', 'cafe', 'toString', '__proto__', '\u0301', '\ud800'])(
    'and there is none for %j',
    (key) => {
      expect(find(key)).toBeUndefined();
    },
  );
});

test('an empty object is a map that replaces nothing', () => {
  expect(loadMapping('{}').replace('as it is')).toBe('as it is');
});

describe('what is wrong is named', () => {
  test.each([
    ['{"a": "b"', 'The map is not JSON (at position 9): write an object of strings, {"key": "value"}.'],
    ['', 'The map is not JSON: write an object of strings, {"key": "value"}.'],
    ['["a"]', 'The map is an array: write an object of strings, {"key": "value"}.'],
    ['null', 'The map is null: write an object of strings, {"key": "value"}.'],
    ['"a"', 'The map is a string: write an object of strings, {"key": "value"}.'],
    ['{"a": "b", "c.d": 5}', 'The value of "c.d" is a number: write a string.'],
    ['{"a": null}', 'The value of "a" is null: write a string.'],
    ['{"a": {"b": "c"}}', 'The value of "a" is an object: write a string.'],
    ['{"a": ["b"]}', 'The value of "a" is an array: write a string.'],
    ['{"a": ""}', 'The value of "a" is empty: give it at least one character.'],
    ['{"": "b"}', 'The key "" is empty: give it at least one character.'],
    ['{"__proto__": "b"}', 'The key "__proto__" cannot be replaced: remove it.'],
  ])('%s', (json, message) => {
    expect(() => parseMapping(json)).toThrow(new MappingError(message));
  });

  test('without quoting the text, which may be that of a wrong parameter, and a secret', () => {
    const shown = ['hunter2', '{"a": ["hunter2"]}'].map((json) => {
      try {
        return parseMapping(json);
      } catch (error) {
        return inspect(error, { depth: 10, showHidden: true });
      }
    });
    expect(shown).toEqual([
      expect.stringMatching(/MappingError: The map is not JSON(?![^]*hunter2)/),
      expect.stringMatching(/MappingError: The value of "a" is an array(?![^]*hunter2)/),
    ]);
  });
});
