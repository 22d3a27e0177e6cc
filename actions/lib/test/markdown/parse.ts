import { parsers } from 'prettier/plugins/markdown';

/** A node of the syntax tree that a Markdown parser makes (mdast). */
export interface MarkdownNode {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly MarkdownNode[];
}

/** What a Markdown reader makes of a text, as a flat list in order. Prettier's parser stands in for GitHub's. */
export function parseMarkdown(text: string): readonly MarkdownNode[] {
  // Its other argument is for printing; the parser does not look at it.
  const root: unknown = Reflect.apply(parsers.markdown.parse, undefined, [text, {}]);
  if (!isNode(root)) throw new Error('The parser answered no syntax tree.');
  return flatten(root);
}

export function nodesOf(text: string, type: string): readonly MarkdownNode[] {
  return parseMarkdown(text).filter((node) => node.type === type);
}

function flatten(node: MarkdownNode): MarkdownNode[] {
  return [node, ...(node.children ?? []).flatMap(flatten)];
}

function isNode(value: unknown): value is MarkdownNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
