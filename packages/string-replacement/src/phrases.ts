import { FIRST_INTERNED, startsWithExtender, toUnits, UNKNOWN, type Units } from './units.ts';
import { Trie } from './trie.ts';
import { MappingError } from './mapping-error.ts';

/** One key of the map with what must be known of its value to decide whether it fits into a place. */
export type Entry = {
  readonly key: string;
  readonly value: string;
  readonly valueStartsWithWord: boolean;
  readonly valueEndsWithWord: boolean;
  readonly valueLastSymbol: number;
};

/** What ends at a node of the tree of all keys and values. */
export type Ending = {
  entry?: Entry;
  /** The values that end here, as they are written. */
  values?: string[];
};

export type Phrases = {
  readonly trie: Trie;
  /** By the node of `trie`. */
  readonly endings: readonly (Ending | undefined)[];
  /** For a text: units that are in no phrase are `UNKNOWN`. */
  readonly units: (text: string) => Units;
  /** Whether `symbol` is the last, non-word, unit of a key whose value ends with a word: see `fits` in replacer.ts. */
  readonly growsIntoWord: (symbol: number) => boolean;
};

/** @throws MappingError when an entry cannot be honoured; the message names it. */
export function toPhrases(mapping: Readonly<Record<string, string>>): Phrases {
  const interned = new Map<string, number>();
  const intern = (folded: string): number => {
    const known = interned.get(folded);
    if (known !== undefined) return known;
    const symbol = FIRST_INTERNED + interned.size;
    interned.set(folded, symbol);
    return symbol;
  };
  const trie = new Trie();
  const endings: (Ending | undefined)[] = [];
  const endingOf = ({ symbols, length }: Units): Ending => (endings[trie.insert(symbols.subarray(0, length))] ??= {});
  const growing = new Set<number>();

  for (const [key, value] of Object.entries(mapping)) {
    checkPhrase('key', key, key);
    checkPhrase('value', key, value);
    const keyUnits = toUnits(key, intern);
    const valueUnits = toUnits(value, intern);
    const entry: Entry = {
      key,
      value,
      valueStartsWithWord: valueUnits.words[0] === 1,
      valueEndsWithWord: valueUnits.words[valueUnits.length - 1] === 1,
      valueLastSymbol: valueUnits.symbols[valueUnits.length - 1] ?? UNKNOWN,
    };
    const keyEnding = endingOf(keyUnits);
    if (keyEnding.entry !== undefined && keyEnding.entry.value !== value) {
      throw new MappingError(
        `The keys ${JSON.stringify(keyEnding.entry.key)} and ${JSON.stringify(key)} are the same but for case, and have different values: keep one.`,
      );
    }
    keyEnding.entry = entry;
    const valueEnding = endingOf(valueUnits);
    valueEnding.values = [...(valueEnding.values ?? []), value];
    const lastIsWord = keyUnits.words[keyUnits.length - 1] === 1;
    if (!lastIsWord && entry.valueEndsWithWord) growing.add(keyUnits.symbols[keyUnits.length - 1] ?? UNKNOWN);
  }

  return {
    trie,
    endings,
    units: (text) => toUnits(text, (folded) => interned.get(folded) ?? UNKNOWN),
    growsIntoWord: (symbol) => growing.has(symbol),
  };
}

function checkPhrase(role: 'key' | 'value', key: string, phrase: string): void {
  const subject = role === 'key' ? `The key ${JSON.stringify(key)}` : `The value of ${JSON.stringify(key)}`;
  if (phrase === '') throw new MappingError(`${subject} is empty: give it at least one character.`);
  if (!phrase.isWellFormed()) {
    throw new MappingError(`${subject} holds half of a surrogate pair: write the whole character.`);
  }
  if (startsWithExtender(phrase)) {
    throw new MappingError(`${subject} starts with a combining mark: put the character it belongs to before it.`);
  }
}
