/** One line of a comparison; `skipped` stands for that many equal lines. */
export type DiffLine =
  | { readonly kind: 'same' | 'removed' | 'added'; readonly line: string }
  | { readonly kind: 'skipped'; readonly count: number };

type Edit = Exclude<DiffLine, { kind: 'skipped' }>;

/** Texts that differ in more lines than this are shown as removed and added as a whole: nobody reads such a mixture. */
const MOST_EDITS = 1_000;

/**
 * The fewest lines to remove and to add (Myers, "An O(ND) Difference Algorithm and Its Variations", 1986), with `context` equal lines
 * around each.
 */
export function lineDiff(before: readonly string[], after: readonly string[], context: number): readonly DiffLine[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const [from, to] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  const middle = shortestEdits(from, to) ?? [...edits('removed', from), ...edits('added', to)];
  return skipping(
    [...edits('same', before.slice(0, start)), ...middle, ...edits('same', before.slice(before.length - end))],
    context,
  );
}

function edits(kind: Edit['kind'], lines: readonly string[]): Edit[] {
  return lines.map((line) => ({ kind, line }));
}

function shortestEdits(before: readonly string[], after: readonly string[]): Edit[] | undefined {
  // furthest[k + offset]: how far into `before` the best path on diagonal k (x - y) has come.
  const most = Math.min(MOST_EDITS, before.length + after.length);
  const offset = most + 1;
  const furthest = new Int32Array(2 * offset + 1);
  const trail: Int32Array[] = [];
  const at = (row: Int32Array, k: number): number => row[k + offset] ?? 0;
  for (let d = 0; d <= most; d += 1) {
    trail.push(furthest.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(furthest, k - 1) < at(furthest, k + 1));
      let x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      furthest[k + offset] = x;
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, trail);
    }
  }
  return undefined;
}

function walkBack(before: readonly string[], after: readonly string[], trail: readonly Int32Array[]): Edit[] {
  const found: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = trail.length - 1; d >= 0; d -= 1) {
    const row = trail[d] ?? new Int32Array();
    const at = (k: number): number => row[k + d + 1] ?? 0;
    const k = x - y;
    const down = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const previous = d === 0 ? 0 : down ? at(k + 1) : at(k - 1);
    const previousY = d === 0 ? 0 : previous - (down ? k + 1 : k - 1);
    while (x > previous && y > previousY) {
      x -= 1;
      y -= 1;
      found.push({ kind: 'same', line: before[x] ?? '' });
    }
    if (d > 0)
      found.push(down ? { kind: 'added', line: after[y - 1] ?? '' } : { kind: 'removed', line: before[x - 1] ?? '' });
    [x, y] = [previous, previousY];
  }
  return found.reverse();
}

function skipping(all: readonly Edit[], context: number): DiffLine[] {
  const before = distances(all);
  const after = distances(all.toReversed()).reverse();
  const shown: DiffLine[] = [];
  for (const [index, edit] of all.entries()) {
    const last = shown.at(-1);
    const isNear = Math.min(before[index] ?? 0, after[index] ?? 0) <= context;
    if (isNear) shown.push(edit);
    else if (last?.kind === 'skipped') shown[shown.length - 1] = { kind: 'skipped', count: last.count + 1 };
    else shown.push({ kind: 'skipped', count: 1 });
  }
  return shown;
}

/** How many lines ago there was a change, per line. */
function distances(all: readonly Edit[]): number[] {
  let distance = Infinity;
  return all.map(({ kind }) => (distance = kind === 'same' ? distance + 1 : 0));
}
