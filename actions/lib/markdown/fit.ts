import type { PlanContext } from './context.ts';
import { renderAlert, runLink } from './parts.ts';

/** A part of a text that can be left out. */
export interface Block {
  readonly text: string;
  /** What is shown of it where the text does not fit. */
  readonly short?: string;
  /** What it is about, for the sentence about what is missing: `resource(s) to destroy`. */
  readonly what: string;
  readonly count: number;
  /** Nobody may approve without having seen it. */
  readonly vital?: boolean;
}

const SEPARATOR = '\n\n';

/**
 * As much as fits into `total`, in order. Every vital block is at least named before others are shown, and half of the room is first used to name things. What is
 * missing, or only named, is counted at the end.
 */
export function fit(
  {
    head,
    blocks,
    foot,
  }: { readonly head: readonly string[]; readonly blocks: readonly Block[]; readonly foot: string },
  context: Pick<PlanContext, 'runUrl'>,
  total: number,
): string {
  const reserved = [...head, missingNote(blocks, blocks, context), foot].join(SEPARATOR).length + SEPARATOR.length;
  const shown = choose(blocks, total - reserved);
  const texts = blocks.flatMap((block) => shown.get(block) ?? []);
  const missing = blocks.filter((block) => !shown.has(block));
  const named = blocks.filter((block) => shown.has(block) && shown.get(block) !== block.text);
  const note = missing.length + named.length === 0 ? [] : [missingNote(missing, named, context)];
  return [...head, ...texts, ...note, foot].join(SEPARATOR);
}

function choose(blocks: readonly Block[], room: number): ReadonlyMap<Block, string> {
  const shown = new Map<Block, string>();
  const all = sum(blocks.map(({ text }) => text));
  if (all <= room) return new Map(blocks.map((block) => [block, block.text]));
  let left = room;
  const put = (block: Block, text: string, budget: number): void => {
    const present = shown.get(block);
    const needed = present === undefined ? text.length + SEPARATOR.length : text.length - present.length;
    if (needed > budget) return;
    shown.set(block, text);
    left -= needed;
  };
  for (const block of blocks) if (block.vital === true) put(block, block.short ?? block.text, left);
  const half = left / 2;
  for (const block of blocks) if (!shown.has(block) && block.short !== undefined) put(block, block.short, left - half);
  for (const block of blocks) if (shown.get(block) !== block.text) put(block, block.text, left);
  return shown;
}

function sum(texts: readonly string[]): number {
  return texts.reduce((total, text) => total + text.length + SEPARATOR.length, 0);
}

function missingNote(missing: readonly Block[], named: readonly Block[], context: Pick<PlanContext, 'runUrl'>): string {
  const list = (blocks: readonly Block[]): string =>
    [...Map.groupBy(blocks, ({ what }) => what)]
      .map(([what, members]) => `${members.reduce((count, block) => count + block.count, 0)} ${what}`)
      .join(', ');
  const vital = missing.some((block) => block.vital === true);
  const sentences = [
    ...(missing.length === 0 ? [] : [`Not shown, because they do not fit here: ${list(missing)}.`]),
    ...(named.length === 0 ? [] : [`Only named, because the rest of them does not fit here: ${list(named)}.`]),
    `All of it is in the ${runLink(context)}: its summary, log and files.`,
  ];
  return renderAlert({ kind: vital ? 'caution' : 'note', text: sentences.join(' ') });
}
