import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createReplacer, loadMapping, MappingError, unreachableKeys } from '../src/index.ts';

const map = readFileSync(new URL('../../../terraform/strings-mapping.json', import.meta.url), 'utf8');
const replaceBanks = loadMapping(map).replace;

describe('the map that is deployed', () => {
  test.each([
    ['ABN', 'ABN AMRO'],
    ['ING', 'ING BANK'],
    ['Rabo', 'Rabobank'],
    ['Triodos', 'Triodos Bank'],
    ['Volksbank', 'de Volksbank'],
    ['abn, iNg and RABO.', 'ABN AMRO, ING BANK and Rabobank.'],
    ['(Triodos)\n"volksbank"', '(Triodos Bank)\n"de Volksbank"'],
    ["ING's ING-rekening", "ING BANK's ING BANK-rekening"],
    ['ABN ABN ABN', 'ABN AMRO ABN AMRO ABN AMRO'],
    ['', ''],
    ['nothing to do here', 'nothing to do here'],
  ])('%j becomes %j', (text, expected) => {
    expect(replaceBanks(text)).toBe(expected);
  });

  test.each([
    ['as it is written in the map', 'ABN AMRO, ING BANK, Rabobank, Triodos Bank, de Volksbank'],
    ['in another case', 'abn amro, Ing Bank, RABOBANK, triodos bank, De Volksbank'],
    ['as a part of other words', 'SCHABN, INGRID, Rabos, rabobanken, eVolksbank, _ING_, ING2'],
  ])('leaves alone what is there already: %s', (_, text) => {
    expect(replaceBanks(text)).toBe(text);
  });
});

describe('whole words', () => {
  const replace = createReplacer({ ING: 'X', 'C++': 'Cpp', '.net': '.NET', 'a.b': 'dots', $1: 'money', 東京: 'Tokyo' });

  test.each([
    ['an accented letter is a letter', 'INGé éING', 'INGé éING'],
    ['so is one written as letter and mark', 'ING\u0301 e\u0301ING', 'ING\u0301 e\u0301ING'],
    [
      'letters of other scripts, digits of theirs, and the underscore too',
      'INGя яING ING٣ ING_',
      'INGя яING ING٣ ING_',
    ],
    ['a zero-width joiner does not end a word', 'ING\u200d', 'ING\u200d'],
    ['a footnote mark does', 'ING²', 'X²'],
    ['so do emoji, dashes and quotes', '😀ING😀 —ING— “ING”', '😀X😀 —X— “X”'],
    ['a key that ends with punctuation ends there', 'C++, (c++) C++.', 'Cpp, (Cpp) Cpp.'],
    ['and is not found in a longer word', 'objectiveC++', 'objectiveC++'],
    ['nor does its value become part of one', 'C++11', 'C++11'],
    ['a key that begins with punctuation may follow a word if its value may', 'ASP.net', 'ASP.NET'],
    ['and may not if that would make another word', 'US$1', 'US$1'],
    ['keys are literal text', 'axb a.b a..b', 'axb dots a..b'],
    ['a dollar is a dollar', '$1 $11 $', 'money $11 $'],
    ['scripts without spaces have no whole words but between punctuation', '東京都。東京。', '東京都。Tokyo。'],
  ])('%s', (_, text, expected) => {
    expect(replace(text)).toBe(expected);
  });

  test('a key of symbols is replaced next to another one', () => {
    expect(createReplacer({ '😀': ':)', '👍': '+1' })('😀👍 👍😀')).toBe(':)+1 +1:)');
  });

  test('part of an emoji is not the emoji', () => {
    const text = '👩‍💻 👍🏽';
    expect(createReplacer({ '👩': 'woman', '👍': 'yes' })(text)).toBe(text);
  });
});

describe('any case, any form', () => {
  test.each([
    ['straße', 'STRAẞE', 'the capital sharp s is a sharp s'],
    ['ΟΔΟΣ', 'οδος', 'final sigma is a sigma'],
    ['οδός', 'ΟΔΌΣ', 'with an accent'],
    ['café', 'CAFE\u0301', 'composed is decomposed'],
    ['cafe\u0301', 'CAFÉ', 'and the other way round'],
    ['ệ', 'e\u0302\u0323', 'marks in any order'],
    ['10 Å', '10 \u212B', 'a letter that was encoded twice'],
    ['한국', '한국'.normalize('NFD'), 'Hangul in parts'],
    ['𐐨', '𐐀', 'outside the basic plane'],
  ])('%s is found in %s: %s', (key, text) => {
    expect(createReplacer({ [key]: '…' })(`< ${text} >`)).toBe('< … >');
  });

  test.each([
    ['straße', 'STRASSE', 'one letter is not two'],
    ['ing', 'İNG', 'the dotted capital I is not an i'],
    ['ing', 'ıng', 'nor is the dotless one'],
    ['cafe', 'café', 'an accent is a difference'],
    ['e', 'e\u0301', 'also when it is a mark of its own'],
  ])('%s is not found in %s: %s', (key, text) => {
    expect(createReplacer({ [key]: '…' })(text)).toBe(text);
  });

  test('what is not replaced keeps its form, byte by byte', () => {
    const text = 'e\u0301 é \u212B \r\n\u0000 \ud800 ';
    expect(createReplacer({ x: 'y' })(`${text}x`)).toBe(`${text}y`);
  });
});

describe('values', () => {
  test('are literal text', () => {
    const values = ['$&', '$1', '$`', "$'", '$$', '\\1', '%s', '<b>'];
    for (const value of values) expect(createReplacer({ key: value })('a key.')).toBe(`a ${value}.`);
  });

  test('are not replaced again', () => {
    const replace = createReplacer({ a: 'b', b: 'c', x: 'y z', 'y z': 'w' });
    expect(replace('a x')).toBe('b y z');
  });
});

describe('which key', () => {
  test('the longest one', () => {
    const replace = createReplacer({ ABN: '1', 'ABN MeesPierson': '2', 'ABN MeesPierson Trust': '3' });
    expect(replace('ABN MeesPierson Trust, ABN Meespierson, ABN, ABN Mees')).toBe('3, 2, 1, 1 Mees');
  });

  test('the longest that fits: a longer one whose value would join a word gives way', () => {
    expect(createReplacer({ C: 'see', 'C+': 'plus' })('C+1')).toBe('see+1');
  });

  test('from left to right where keys overlap', () => {
    expect(createReplacer({ 'a b': '1', 'b c': '2' })('a b c')).toBe('1 c');
  });

  test('none that holds a value, for then a second pass would change what the first has made', () => {
    const replace = createReplacer({ Rabo: 'Rabobank', 'Rabobank Nederland': 'RN' });
    expect(replace('Rabo Nederland')).toBe('Rabobank Nederland');
    expect(replace('Rabobank Nederland')).toBe('Rabobank Nederland');
  });

  test.each([
    ['a chain', { a: 'b', b: 'c' }, 'a b c', 'b b c'],
    ['a circle', { a: 'b', b: 'a' }, 'a b', 'a b'],
    ['a value that holds its key', { b: 'a b' }, 'b a b', 'a b a b'],
    ['a value that goes on in the text', { b: 'b c' }, 'b b c c', 'b c b c c'],
    ['values that overlap in the text', { a: 'a a' }, 'a a a', 'a a a'],
    ['a key that is its own value', { a: 'a' }, 'a A', 'a a'],
    ['two that touch', { '+': 'p', b: '-' }, '+b b+', '+b -p'],
  ])('%s: %j', (_, mapping, text, expected) => {
    expect(createReplacer(mapping)(text)).toBe(expected);
  });

  test('a key that is its own value but for case corrects the spelling', () => {
    const replace = createReplacer({ github: 'GitHub', gh: 'GITHUB' });
    expect(replace('github Github GitHub gh GITHUB')).toBe('GitHub GitHub GitHub GITHUB GITHUB');
  });
});

describe('maps that are refused', () => {
  test.each([
    ['an empty key', { '': 'a' }, /The key "" is empty/],
    ['an empty value', { a: '' }, /The value of "a" is empty/],
    ['half a character', { a: '\ud83d' }, /The value of "a" holds half of a surrogate pair/],
    ['a key that begins with a mark', { '\u0301a': 'b' }, /The key .* starts with a combining mark/],
    ['a value that begins with one', { a: '\u200db' }, /The value of "a" starts with a combining mark/],
    ['keys that differ in case alone', { ABN: 'x', abn: 'y' }, /"ABN" and "abn" are the same but for case/],
  ])('%s', (_, mapping: Record<string, string>, message) => {
    expect(() => createReplacer(mapping)).toThrow(MappingError);
    expect(() => createReplacer(mapping)).toThrow(message);
  });

  test('but keys that differ in case alone may have the same value', () => {
    expect(createReplacer({ ABN: 'x', abn: 'x' })('Abn')).toBe('x');
  });
});

test('keys that can never be replaced are named', () => {
  expect(unreachableKeys({ a: 'b', b: 'c', 'the b side': 'd', github: 'GitHub', same: 'same' })).toEqual([
    'b',
    'the b side',
  ]);
  expect(unreachableKeys(loadMapping(map).mapping)).toEqual([]);
});
