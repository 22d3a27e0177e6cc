import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { lineDiff, type DiffLine } from '../../markdown/line-diff.ts';

const all = Infinity;
const show = (lines: readonly DiffLine[]): string[] =>
  lines.map((line) =>
    line.kind === 'skipped' ? `(${line.count})` : `${{ same: ' ', removed: '-', added: '+' }[line.kind]}${line.line}`,
  );
const side = (lines: readonly DiffLine[], ...kinds: readonly DiffLine['kind'][]): string[] =>
  lines.flatMap((line) => (line.kind !== 'skipped' && kinds.includes(line.kind) ? [line.line] : []));
const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 15 });

/** The length of a longest common subsequence, by the plain recursion. */
function common(left: readonly string[], right: readonly string[]): number {
  const row = new Array<number>(right.length + 1).fill(0);
  for (const one of left) {
    let diagonal = 0;
    for (const [index, other] of right.entries()) {
      const above = row[index + 1] ?? 0;
      row[index + 1] = one === other ? diagonal + 1 : Math.max(above, row[index] ?? 0);
      diagonal = above;
    }
  }
  return row.at(-1) ?? 0;
}

describe('the difference of two texts', () => {
  test('is what was removed and added, in place', () => {
    expect(show(lineDiff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e'], all))).toEqual([
      ' a',
      '-b',
      '+x',
      ' c',
      ' d',
      '+e',
    ]);
  });

  test('counts the equal lines that are far from any change', () => {
    const lines = Array.from({ length: 20 }, (_, index) => `${index}`);
    const changed = lines.map((line) => (line === '10' ? 'ten' : line));
    expect(show(lineDiff(lines, changed, 1))).toEqual(['(9)', ' 9', '-10', '+ten', ' 11', '(8)']);
  });

  test('leads from one to the other', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const lines = lineDiff(before, after, all);
        expect(side(lines, 'same', 'removed')).toEqual(before);
        expect(side(lines, 'same', 'added')).toEqual(after);
      }),
    );
  });

  test('is the shortest', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        expect(side(lineDiff(before, after, all), 'same')).toHaveLength(common(before, after));
      }),
    );
  });

  test('of texts that have nothing in common is one and the other, in no time', () => {
    const of = (name: string): string[] => Array.from({ length: 20_000 }, (_, index) => `${name}${index}`);
    const started = performance.now();
    const lines = lineDiff(of('a'), of('b'), 2);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(lines.slice(0, 20_000).every(({ kind }) => kind === 'removed')).toBe(true);
    expect(lines).toHaveLength(40_000);
  });
});
