import { expect, test } from '@jest/globals';
import { toUnits } from '../src/units.ts';

const codePoints = Array.from({ length: 0x11_0000 }, (_, codePoint) => codePoint).filter(
  (codePoint) => codePoint < 0xd800 || codePoint > 0xdfff,
);

const interned = new Map<string, number>();
function symbols(text: string): number[] {
  const units = toUnits(text, (folded) => {
    const symbol = interned.get(folded) ?? 0x11_0000 + interned.size;
    interned.set(folded, symbol);
    return symbol;
  });
  return [...units.symbols.subarray(0, units.length)];
}

test('case is folded as a regular expression with the flags iu folds it, for every letter', () => {
  const differences: string[] = [];
  let pairs = 0;
  for (const codePoint of codePoints) {
    const character = String.fromCodePoint(codePoint);
    const upper = character.toUpperCase();
    for (const other of new Set([upper, character.toLowerCase(), upper.toLowerCase()])) {
      if (other === character || Array.from(other).length !== 1) continue;
      pairs += 1;
      const expected = new RegExp(`^${character}$`, 'iu').test(other);
      if ((symbols(character).join() === symbols(other).join()) !== expected) differences.push(character + other);
    }
  }
  expect(differences).toEqual([]);
  expect(pairs).toBeGreaterThan(2_500);
});

test('every character is the same composed and decomposed, also after a letter', () => {
  const differences: string[] = [];
  for (const codePoint of codePoints) {
    const character = `x${String.fromCodePoint(codePoint)}`;
    const decomposed = character.normalize('NFD');
    if (decomposed !== character && symbols(character).join() !== symbols(decomposed).join()) {
      differences.push(codePoint.toString(16));
    }
  }
  // Three letters of Kirat Rai (Unicode 16), made of letters rather than marks. Known, and of no consequence but that.
  expect(differences.filter((codePoint) => !/^16d6[89a]$/.test(codePoint))).toEqual([]);
});
