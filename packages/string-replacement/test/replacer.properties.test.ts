import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createReplacer, loadMapping, MappingError, type Mapping, type Replacer } from '../src/index.ts';

// Few characters, so that keys, values and text collide all the time: letters in both cases, a mark, signs, spaces.
const alphabet = ['a', 'a', 'b', 'A', 'e\u0301', 'é', '+', '.', ' ', ' ', '\u0301', '😀'];
const phrase = fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const text = fc.array(fc.constantFrom(...alphabet), { maxLength: 14 }).map((parts) => parts.join(''));
const entries = fc.array(fc.tuple(phrase, phrase), { minLength: 1, maxLength: 5 });

/** Maps of which no entry is refused. */
const mappings: fc.Arbitrary<Mapping> = entries.map((pairs) => {
  let accepted: Record<string, string> = {};
  for (const [key, value] of pairs) {
    const wider = { ...accepted, [key]: value };
    if (tryReplacer(wider) !== undefined) accepted = wider;
  }
  return accepted;
});

function tryReplacer(mapping: Mapping): Replacer | undefined {
  try {
    return createReplacer(mapping);
  } catch (error) {
    if (error instanceof MappingError) return undefined;
    throw error;
  }
}

/** All words over an alphabet, up to a length. */
function words(letters: readonly string[], longest: number): string[] {
  let last = [''];
  const all: string[] = [];
  for (let length = 1; length <= longest; length += 1) {
    last = last.flatMap((word) => letters.map((letter) => word + letter));
    all.push(...last);
  }
  return all;
}

describe('replace(replace(text)) is replace(text)', () => {
  test('for maps and texts made to collide', () => {
    fc.assert(
      fc.property(mappings, text, (mapping, given) => {
        const replace = createReplacer(mapping);
        const once = replace(given);
        expect(replace(once)).toBe(once);
      }),
      { numRuns: 20_000 },
    );
  });

  test('for maps and texts of any characters, halves of surrogate pairs included', () => {
    const any = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(fc.dictionary(any, any), fc.array(any), (mapping, parts) => {
        const replace = tryReplacer(mapping);
        if (replace === undefined) return;
        const once = replace([...parts, ...Object.keys(mapping), '\ud800', ...Object.values(mapping)].join(' '));
        expect(replace(once)).toBe(once);
      }),
    );
  });

  test('for every map of two entries and every text over a small alphabet', () => {
    const phrases = words(['a', '+', ' '], 2);
    const texts = words(['a', '+', ' '], 3);
    const all = phrases.flatMap((key) => phrases.map((value) => ({ [key]: value })));
    const failures: unknown[] = [];
    let changed = 0;
    for (const [index, first] of all.entries()) {
      for (const second of all.slice(index)) {
        const replace = createReplacer({ ...first, ...second });
        for (const given of texts) {
          const once = replace(given);
          if (once === given) continue;
          changed += 1;
          if (replace(once) !== once) failures.push({ first, second, given, once });
        }
      }
    }
    expect(failures).toEqual([]);
    expect(changed).toBeGreaterThan(50_000);
  });
});

test('a text that is a value stays as it is', () => {
  fc.assert(
    fc.property(mappings, (mapping) => {
      const replace = createReplacer(mapping);
      for (const value of Object.values(mapping)) expect(replace(value)).toBe(value);
    }),
  );
});

test('a text that is a key becomes its value, unless it holds a value as whole words', () => {
  const letters = fc.constantFrom('aa', 'ab', 'Aa b', 'ba', 'é', 'b b', 'a');
  const maps = fc.dictionary(letters, fc.constantFrom('xa', 'ya b', 'É x', 'ab x'));
  fc.assert(
    fc.property(maps, (mapping) => {
      const replace = createReplacer(mapping);
      expect(Object.keys(mapping).map(replace)).toEqual(Object.values(mapping));
    }),
  );
});

test('every key is found, composed or decomposed, with the value that it has', () => {
  fc.assert(
    fc.property(mappings, phrase, (mapping, other) => {
      const { find } = loadMapping(JSON.stringify(mapping));
      for (const [key, value] of Object.entries(mapping)) {
        for (const form of [key, key.normalize('NFC'), key.normalize('NFD')]) expect(find(form)?.value).toBe(value);
      }
      // And nothing else: what is found is the same but for case and form.
      const found = find(other)?.key;
      const same = (given: string | undefined): string | undefined => given?.normalize('NFD').toLowerCase();
      expect(found === undefined || same(found) === same(other)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('where nothing collides it does what a regular expression would', () => {
  const word = fc.constantFrom('abn', 'ing', 'ABN', 'Ing', 'rabo', 'raboING', 'x', 'éing');
  const gap = fc.constantFrom(' ', ', ', '-', '\n', '(', '. ');
  const replace = createReplacer({ abn: 'One', ing: 'Two', 'abn ing': 'Three' });
  const values: Record<string, string> = { abn: 'One', ing: 'Two', 'abn ing': 'Three' };
  fc.assert(
    fc.property(fc.array(fc.tuple(word, gap)), (parts) => {
      const given = parts.flat().join('');
      const expected = given.replace(
        /(?<![\p{L}\p{M}\p{N}_])(?:abn ing|abn|ing)(?![\p{L}\p{M}\p{N}_])/giu,
        (found) => values[found.toLowerCase()] ?? '',
      );
      expect(replace(given)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test('the order of the entries does not matter', () => {
  fc.assert(
    fc.property(mappings, text, (mapping, given) => {
      const reversed = Object.fromEntries(Object.entries(mapping).toReversed());
      expect(createReplacer(reversed)(given)).toBe(createReplacer(mapping)(given));
    }),
    { numRuns: 2_000 },
  );
});
