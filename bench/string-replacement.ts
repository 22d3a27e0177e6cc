// How the time of a replacement grows with the text and with the map: `node bench/string-replacement.ts`.
// Only ratios within one run mean something, so every size is measured in turns and the median is taken. Processor time
// (with that of the garbage collector's threads), so that other work on the machine matters less.
import { availableParallelism } from 'node:os';
import { createReplacer, type Mapping, type Replacer } from '../packages/string-replacement/src/index.ts';

const ROUNDS = 15;
const MEGABYTE = 1_000_000;

// A fixed seed: the same words at every run.
let state = 42;
function random(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((state / 2_147_483_648) * below);
}

function word(): string {
  const syllables = ['ra', 'bo', 'in', 'gen', 'tri', 'o', 'dos', 'volks', 'bank', 'ab', 'na', 'mer', 'u', 'str', 'el'];
  return Array.from({ length: 1 + random(4) }, () => syllables[random(syllables.length)] ?? '').join('');
}

const vocabulary = Array.from({ length: 20_000 }, word);

function text(characters: number, words: readonly string[] = vocabulary): string {
  let made = '';
  while (made.length < characters) made += `${words[random(words.length)] ?? ''}${random(12) === 0 ? '. ' : ' '}`;
  return made.slice(0, characters);
}

/** The five entries of the real map, and more of the kind until there are `entries`. */
function mapping(entries: number): Mapping {
  const made: Record<string, string> = {
    ABN: 'ABN AMRO',
    ING: 'ING BANK',
    Rabo: 'Rabobank',
    Triodos: 'Triodos Bank',
    Volksbank: 'de Volksbank',
  };
  for (let n = Object.keys(made).length; n < entries; n += 1) made[`${word()}q${n.toString(36)}`] = `Bank number ${n}`;
  return made;
}

/** In milliseconds. */
function time(replace: Replacer, given: string): number {
  const start = process.cpuUsage();
  const result = replace(given);
  const { user, system } = process.cpuUsage(start);
  if (result.length < given.length / 2) throw new Error('The benchmark replaced nothing that it should have.');
  return (user + system) / 1_000;
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

/** Prints a table and gives the ratios to the first case. */
function compare(title: string, cases: { name: string; replace: Replacer; given: string }[]): number[] {
  const times = cases.map((): number[] => []);
  for (let round = -3; round < ROUNDS; round += 1) {
    for (const [index, { replace, given }] of cases.entries()) {
      const taken = time(replace, given);
      if (round >= 0) times[index]?.push(taken);
    }
  }
  const base = median(times[0] ?? []);
  process.stdout.write(`\n| ${title} | ms | ratio |\n|---|---:|---:|\n`);
  return cases.map(({ name }, index) => {
    const taken = median(times[index] ?? []);
    process.stdout.write(`| ${name} | ${taken.toFixed(1)} | ${(taken / base).toFixed(2)} |\n`);
    return taken / base;
  });
}

process.stdout.write(
  `${availableParallelism()} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}\n`,
);

const five = createReplacer(mapping(5));
const given = text(MEGABYTE);

const byEntries = compare(
  'entries in the map, 1 MB of text',
  [5, 50, 500, 5_000].map((entries) => ({ name: `${entries}`, replace: createReplacer(mapping(entries)), given })),
);
compare(
  'characters of text, 5 entries',
  [0.25, 0.5, 1, 2, 4].map((megabytes) => ({
    name: `${megabytes} M`,
    replace: five,
    given: text(megabytes * MEGABYTE),
  })),
);
compare('1 MB of text, 5 entries', [
  { name: 'nothing to replace', replace: five, given: text(MEGABYTE, ['the', 'other', 'words']) },
  { name: 'every second word is replaced', replace: five, given: text(MEGABYTE, ['abn', 'ing', 'other', 'words']) },
  { name: 'every word is there already', replace: five, given: text(MEGABYTE, ['ABN AMRO', 'Rabobank', 'ing bank']) },
  { name: 'Greek, with marks of its own', replace: five, given: text(MEGABYTE, ['τράπεζα', 'Ελλάδα', 'α\u0301λλο']) },
]);

const ratio = byEntries.at(-1) ?? Infinity;
process.stdout.write(
  `\n5,000 entries take ${ratio.toFixed(2)} times the time of 5 on 1 MB of text; 2 is the most allowed.\n`,
);
if (ratio > 2) process.exitCode = 1;
