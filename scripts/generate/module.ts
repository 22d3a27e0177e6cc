import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import Joi from 'joi';

/** A variable of a Terraform module, as it is written. */
export interface Variable {
  readonly name: string;
  /** For example `map(object({ … }))`; `any` where none is given. */
  readonly type: string;
  readonly description: string;
  /** There is none where the variable is required. */
  readonly default?: { readonly value: unknown };
}

export interface Output {
  readonly name: string;
  readonly description: string;
  readonly sensitive: boolean;
}

const VARIABLES = Joi.object<Record<string, readonly [{ type?: string; description?: string; default?: unknown }]>>()
  .pattern(Joi.string(), Joi.array().length(1).items(Joi.object().unknown()))
  .default({});
const OUTPUTS = Joi.object<Record<string, readonly [{ description?: string; sensitive?: boolean }]>>()
  .pattern(Joi.string(), Joi.array().length(1).items(Joi.object().unknown()))
  .default({});

/** The variables of a module in the order in which they are written. */
export async function readVariables(folder: string): Promise<readonly Variable[]> {
  const { text, blocks } = await readBlocks(join(folder, 'variables.tf'), 'variable');
  const variables = Object.entries(Joi.attempt(blocks, VARIABLES)).map(([name, [variable]]) => ({
    name,
    type: /^\$\{(.*)\}$/s.exec(variable.type ?? '')?.[1] ?? 'any',
    description: variable.description ?? '',
    ...('default' in variable ? { default: { value: variable.default } } : {}),
  }));
  return inOrder(variables, 'variable', text);
}

/** The outputs of a module in the order in which they are written; none without an outputs.tf. */
export async function readOutputs(folder: string): Promise<readonly Output[]> {
  const { text, blocks } = await readBlocks(join(folder, 'outputs.tf'), 'output');
  const outputs = Object.entries(Joi.attempt(blocks, OUTPUTS)).map(
    ([name, [{ description = '', sensitive = false }]]) => ({
      name,
      description,
      sensitive,
    }),
  );
  return inOrder(outputs, 'output', text);
}

async function readBlocks(file: string, kind: string): Promise<{ text: string; blocks: unknown }> {
  if (!existsSync(file)) return { text: '', blocks: undefined };
  const text = await readFile(file, 'utf8');
  return { text, blocks: (await parse(file, text))[kind] };
}

/** The parser gives the blocks sorted by name. */
function inOrder<Block extends { readonly name: string }>(
  blocks: readonly Block[],
  kind: string,
  text: string,
): Block[] {
  return blocks.toSorted((a, b) => text.indexOf(`${kind} "${a.name}"`) - text.indexOf(`${kind} "${b.name}"`));
}
