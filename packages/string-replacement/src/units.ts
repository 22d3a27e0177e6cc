/**
 * Text as a row of units: what a reader takes for one character, a code point with the marks and joiners that belong to it.
 *
 * Two units have the same symbol when they are canonically equivalent but for case: `é` is `e` + U+0301 is `É`. Case is
 * folded code point by code point (simple case folding, as in a regular expression with the flags `iu`), after canonical
 * decomposition. So `Σ`, `σ` and `ς` are one, `K` (Kelvin) is `k`, `ẞ` is `ß`; but `ß` is not `ss`, and neither `ı` nor
 * `İ` is `i`, because nothing here knows the language of the text.
 */
export type Units = {
  readonly length: number;
  /** Where unit `i` starts in the text, in UTF-16 code units; one more entry at the end holds the text's length. */
  readonly starts: Int32Array;
  readonly symbols: Int32Array;
  /** 1 where the unit is part of a word. */
  readonly words: Uint8Array;
};

/** Gives a unit of several code points its symbol, above all code points; a table that only reads answers `UNKNOWN`. */
export type Intern = (folded: string) => number;

/** The symbol of a unit that is in no phrase. */
export const UNKNOWN = -1;
/** The first number that is not a code point. */
export const FIRST_INTERNED = 0x11_0000;

// What UTS #18 (annex C, \w) calls a word character. Superscript digits are not among them, so a footnote's mark ends a word.
const WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
// UAX #29 (rule WB4): these never stand alone. The jamo are there because decomposed Hangul is canonically the same as composed.
const EXTENDS = /^[\p{M}\p{Join_Control}\p{Emoji_Modifier}\u1160-\u11ff]/u;
const FIRST_EXTENDER = 0x300;

type CodePoint = {
  readonly folded: string;
  readonly symbol: number;
  readonly word: boolean;
  readonly extends: boolean;
};

// A bound, so that no text can make the cache grow for ever.
const CACHE_LIMIT = 16_384;
const cache = new Map<number, CodePoint>();

function foldCodePoint(character: string): string {
  // U+0131 has `I` as its upper case, but Unicode's case folding leaves it alone (CaseFolding.txt, status T only).
  if (character === 'ı') return character;
  const upper = character.toUpperCase();
  const lower = (isOneCodePoint(upper) ? upper : character).toLowerCase();
  return isOneCodePoint(lower) ? lower : character;
}

function isOneCodePoint(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** A unit in the form in which units are compared. */
function fold(unit: string): string {
  let folded = '';
  for (const character of unit.normalize('NFD')) folded += foldCodePoint(character);
  return folded;
}

function describe(codePoint: number): CodePoint {
  const known = cache.get(codePoint);
  if (known !== undefined) return known;
  const character = String.fromCodePoint(codePoint);
  const folded = fold(character);
  const made: CodePoint = {
    folded,
    symbol: isOneCodePoint(folded) ? (folded.codePointAt(0) ?? UNKNOWN) : UNKNOWN,
    // By the folded form, so that equal symbols are always of one class.
    word: WORD.test(folded),
    extends: EXTENDS.test(character),
  };
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(codePoint, made);
  return made;
}

/** Whether the text would melt into whatever stands before it. */
export function startsWithExtender(text: string): boolean {
  return EXTENDS.test(text);
}

export function toUnits(text: string, intern: Intern): Units {
  const starts = new Int32Array(text.length + 1);
  const symbols = new Int32Array(text.length);
  const words = new Uint8Array(text.length);
  let length = 0;
  let at = 0;
  while (at < text.length) {
    const codePoint = text.codePointAt(at) ?? 0;
    const first = describe(codePoint);
    let end = at + (codePoint > 0xffff ? 2 : 1);
    const single = end;
    for (;;) {
      const next = text.codePointAt(end);
      if (next === undefined || next < FIRST_EXTENDER || !describe(next).extends) break;
      end += next > 0xffff ? 2 : 1;
    }
    starts[length] = at;
    if (end === single) {
      symbols[length] = first.symbol === UNKNOWN ? intern(first.folded) : first.symbol;
    } else {
      symbols[length] = intern(fold(text.slice(at, end)));
    }
    words[length] = first.word ? 1 : 0;
    length += 1;
    at = end;
  }
  starts[length] = text.length;
  return { length, starts, symbols, words };
}

/** Whether a word may begin or end at `index`: everywhere but between two units that are part of words. */
export function isBoundary({ words, length }: Units, index: number): boolean {
  return index <= 0 || index >= length || words[index - 1] === 0 || words[index] === 0;
}
