import { toPhrases, type Entry, type Ending, type Phrases } from './phrases.ts';
import { Trie } from './trie.ts';
import { isBoundary, UNKNOWN, type Units } from './units.ts';

export type Mapping = Readonly<Record<string, string>>;

/** Text in, text with the replacements made out. Pure. */
export type Replacer = (text: string) => string;

/** The entry whose key is `key` in any case and any canonical form; of keys that are the same but for case, the last. Pure. */
export type Finder = (key: string) => { readonly key: string; readonly value: string } | undefined;

/**
 * Makes the function that replaces every key of `mapping` by its value.
 *
 * - Keys and values are literal text. Keys match in any case and in any canonical form (see units.ts for what that is).
 * - Whole words: neither the key nor what replaces it may touch a letter or digit with one of its own. `.net` → `.NET`
 *   changes `asp.net`; `.net` → `dotnet` does not, because `aspdotnet` would be another word.
 * - At one place the longest key that fits wins; places are taken from left to right; all in one pass, so what has been put
 *   in is never looked at again.
 * - What is a value already, as whole words and in any case, is final: no part of it is replaced, on its own or as part of a
 *   longer key. `ABN AMRO` and `abn amro` both stay. Only a key that is its own value but for case or form (`github` →
 *   `GitHub`) corrects such text where it is spelled otherwise, if that spelling is not itself a value.
 *
 * From this follows, for every mapping that is accepted and every text, `replace(replace(text)) === replace(text)`
 * (README.md has the proof). The price is that a key which holds some entry's value as whole words never matches: with
 * `a` → `b` and `b` → `c`, `b` stays; with `a` → `b` and `b` → `a`, both do. No other rule could do better: if `a` becomes
 * `b` and nothing changes twice, `b` has to stay. `unreachableKeys` names such keys.
 *
 * Time: linear in the text, times at most the length of the longest phrase that begins at a place; the number of entries
 * does not matter.
 *
 * @throws MappingError for an empty key or value (nothing could protect an empty value from a second pass), one that begins
 *   with a combining mark or holds half a surrogate pair (it would melt into its neighbours), and for keys that are the
 *   same but for case and have different values.
 */
export function createReplacer(mapping: Mapping): Replacer {
  return compile(mapping).replace;
}

/**
 * The replacer of a map together with a finder of its entries, which knows keys as the replacer knows them in a text.
 *
 * @throws MappingError as `createReplacer` does
 */
export function compile(mapping: Mapping): { readonly replace: Replacer; readonly find: Finder } {
  const phrases = toPhrases(mapping);
  return {
    replace: (text) => {
      const units = phrases.units(text);
      const { matches, finals } = findPhrases(text, units, phrases);
      return matches.length === 0 ? text : rewrite(text, units, matches, finals, phrases);
    },
    find: (key) => findEntry(phrases.units(key), phrases),
  };
}

function findEntry({ symbols, length }: Units, { trie, endings }: Phrases): Entry | undefined {
  let node = Trie.ROOT;
  for (let at = 0; at < length && node !== Trie.NONE; at += 1) node = trie.child(node, symbols[at] ?? UNKNOWN);
  return endings[node]?.entry;
}

/** The keys that are never replaced as they are written here, because they hold the value of an entry (see `createReplacer`). */
export function unreachableKeys(mapping: Mapping): string[] {
  const phrases = toPhrases(mapping);
  return Object.keys(mapping).filter(
    (key) => mapping[key] !== key && findPhrases(key, phrases.units(key), phrases).finals.length > 0,
  );
}

/** Half-open, in units. */
type Span = { start: number; end: number };
type Match = Readonly<Span> & { readonly entry: Entry };

/** All keys, by start and then by length, and the union of all values: both as whole words, wherever they overlap. */
function findPhrases(text: string, units: Units, { trie, endings }: Phrases): { matches: Match[]; finals: Span[] } {
  const { symbols, length } = units;
  const matches: Match[] = [];
  const finals: Span[] = [];
  for (let start = 0; start < length; start += 1) {
    if (!isBoundary(units, start)) continue;
    let node = Trie.ROOT;
    for (let at = start; at < length; at += 1) {
      node = trie.child(node, symbols[at] ?? UNKNOWN);
      if (node === Trie.NONE) break;
      const ending = endings[node];
      const end = at + 1;
      if (ending === undefined || !isBoundary(units, end)) continue;
      if (isFinal(ending, text, units, start, end)) addSpan(finals, start, end);
      else if (ending.entry !== undefined) matches.push({ start, end, entry: ending.entry });
    }
  }
  return { matches, finals };
}

function isFinal({ entry, values }: Ending, text: string, { starts }: Units, start: number, end: number): boolean {
  if (values === undefined) return false;
  const correctsItself = entry !== undefined && values.includes(entry.value);
  return !correctsItself || values.includes(text.slice(starts[start], starts[end]));
}

/** Spans come by start, so only the last one can overlap the new one. */
function addSpan(spans: Span[], start: number, end: number): void {
  const last = spans.at(-1);
  if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
  else spans.push({ start, end });
}

function rewrite(text: string, units: Units, matches: Match[], finals: Span[], phrases: Phrases): string {
  let output = '';
  /** Everything before this unit has been decided. */
  let decided = 0;
  let previous: Entry | undefined;
  let final = 0;
  for (let first = 0, after = 0; first < matches.length; first = after) {
    const start = matches[first]?.start ?? 0;
    after = first;
    while (matches[after]?.start === start) after += 1;
    if (start < decided) continue;
    while ((finals[final]?.end ?? Infinity) <= start) final += 1;
    const limit = finals[final]?.start ?? Infinity;
    const touching = start === decided ? previous : undefined;
    const chosen = matches
      .slice(first, after)
      .findLast((match) => match.end <= limit && fits(match, units, touching, phrases));
    if (chosen === undefined) continue;
    output += text.slice(units.starts[decided], units.starts[start]) + chosen.entry.value;
    decided = chosen.end;
    previous = chosen.entry;
  }
  return output + text.slice(units.starts[decided]);
}

/**
 * Whether the value would stand as whole words where the key stands now. What is left of it is judged as it will be in the
 * output, what is right of it as it is in the text; README.md says why that is enough.
 *
 * @param touching - the entry whose value ends right before the match, if there is one
 */
function fits(
  { start, end, entry }: Match,
  { words, symbols, length }: Units,
  touching: Entry | undefined,
  { growsIntoWord }: Phrases,
): boolean {
  const before = touching === undefined ? words[start - 1] === 1 : touching.valueEndsWithWord;
  if (entry.valueStartsWithWord && before) return false;
  if (entry.valueEndsWithWord && end < length && words[end] === 1) return false;
  // `+` → `p` is refused in `+b`. Were `b` → `-` made there, the next pass would find `+-` and make it `p-`.
  const opensUp = words[start] === 1 && !entry.valueStartsWithWord;
  const symbolBefore = touching === undefined ? symbols[start - 1] : touching.valueLastSymbol;
  return !(opensUp && symbolBefore !== undefined && growsIntoWord(symbolBefore));
}
