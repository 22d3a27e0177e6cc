import { describe, expect, test } from '@jest/globals';
import { createSearch } from '../search.ts';

const mapping = {
  ABN: 'ABN AMRO',
  ING: 'ING BANK',
  Rabo: 'Rabobank',
  Triodos: 'Triodos Bank',
  Volksbank: 'de Volksbank',
  Café: 'koffie',
  'C++': 'C plus plus',
  'a=b | !c': "^d 'e",
};
const search = createSearch(mapping);
const keys = (text: string): string[] => search(text, 100).items.map(({ key }) => key);

describe('what is looked for is found', () => {
  test.each([
    ['a key', 'Triodos', 'Triodos'],
    ['in another case', 'tRIODOS', 'Triodos'],
    ['the beginning of one', 'trio', 'Triodos'],
    ['the end of one', 'odos', 'Triodos'],
    ['a replacement', 'AMRO', 'ABN'],
    ['the end of a replacement', 'koffie', 'Café'],
    ['letters in the wrong order', 'Triodso', 'Triodos'],
    ['a letter too few', 'Volksbnk', 'Volksbank'],
    ['a letter too many', 'Volkssbank', 'Volksbank'],
    ['another letter', 'Folksbank', 'Volksbank'],
    ['no accent', 'cafe', 'Café'],
    ['an accent as a mark of its own', 'cafe\u0301', 'Café'],
    ['an accent too many', 'tríodos', 'Triodos'],
    ['signs', 'c++', 'C++'],
    ['signs that mean something to other searches', '!c', 'a=b | !c'],
  ])('%s: %s', (_, text, key) => {
    expect(keys(text)[0]).toBe(key);
  });
});

test.each(['zzzzzz', 'quite something else', '????', '€€€'])('nothing is found for %s', (text) => {
  expect(search(text, 100)).toEqual({ items: [], total: 0 });
});

test('the limit cuts the worst ones off, and the total stays', () => {
  const all = search('bank', 100);
  expect(all.total).toBe(all.items.length);
  expect(search('bank', 2)).toEqual({ items: all.items.slice(0, 2), total: all.total });
});

test('an empty map has nothing', () => {
  expect(createSearch({})('bank', 20)).toEqual({ items: [], total: 0 });
});

test('in 5,000 entries even the longest text takes less than the time of a call', () => {
  const many = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, n) => [`The bank number ${n}`, `Number ${n} of the banks`]),
  );
  const big = createSearch(many);
  const start = performance.now();
  expect(big('the '.repeat(25), 20).total).toBeGreaterThanOrEqual(0);
  expect(performance.now() - start).toBeLessThan(5_000);
});
