/** What an expression may name: `github`, `inputs`, `vars`, … */
export type Contexts = Readonly<Record<string, unknown>>;

/** The expression needs what only a job that runs can tell. */
export class OnlyTheJobKnows extends Error {}

/** In the place of a context of which only the job knows what is in it. */
export const ONLY_THE_JOB_KNOWS = Symbol('only the job knows');

const JOB_CONTEXTS = new Set(['matrix', 'needs', 'strategy']);
const TOKEN =
  /\s*(?:(?<number>0x[\da-f]+|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|'(?<text>(?:[^']|'')*)'|(?<name>[a-z_][\w-]*)|(?<sign>&&|\|\||[!=<>]=|[()[\],.!<>*]))/iy;

type Node = (contexts: Contexts) => unknown;
interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign';
  readonly value: string;
}

/**
 * GitHub's expressions, as far as a workflow needs them before its jobs run. Values compare and convert by GitHub's rules.
 * https://docs.github.com/actions/reference/workflows-and-actions/expressions
 *
 * @throws OnlyTheJobKnows for `matrix`, `needs` and `strategy`; an Error for whatever else it cannot tell
 */
export function evaluate(source: string, contexts: Contexts): unknown {
  return new Parser(source).parse()(contexts);
}

/** Text with every `${{ }}` filled in; one that only a job can tell becomes `*`. */
export function fillIn(template: string, contexts: Contexts): string {
  return template.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, source: string) => {
    try {
      return textOf(evaluate(source, contexts));
    } catch (error) {
      if (error instanceof OnlyTheJobKnows) return '*';
      throw error;
    }
  });
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.#source = source.trim();
    this.#tokens = tokensOf(this.#source);
  }

  parse(): Node {
    const node = this.#or();
    if (this.#at < this.#tokens.length) throw this.#wrong();
    return node;
  }

  #or(): Node {
    return this.#chain(
      '||',
      () => this.#and(),
      (left, right) => (contexts) => {
        const value = left(contexts);
        return isTrue(value) ? value : right(contexts);
      },
    );
  }

  #and(): Node {
    return this.#chain(
      '&&',
      () => this.#compare(),
      (left, right) => (contexts) => {
        const value = left(contexts);
        return isTrue(value) ? right(contexts) : value;
      },
    );
  }

  #chain(sign: string, next: () => Node, join: (left: Node, right: Node) => Node): Node {
    let left = next();
    while (this.#take(sign)) left = join(left, next());
    return left;
  }

  #compare(): Node {
    const left = this.#unary();
    const sign = ['==', '!=', '<=', '>=', '<', '>'].find((candidate) => this.#take(candidate));
    if (sign === undefined) return left;
    const right = this.#unary();
    return (contexts) => compare(sign, left(contexts), right(contexts));
  }

  #unary(): Node {
    if (!this.#take('!')) return this.#access();
    const inner = this.#unary();
    return (contexts) => !isTrue(inner(contexts));
  }

  #access(): Node {
    let node = this.#primary();
    for (;;) {
      if (this.#take('.')) {
        const key = this.#next('name').value;
        node = member(node, () => key);
      } else if (this.#take('[')) {
        const key = this.#or();
        this.#expect(']');
        node = member(node, key);
      } else return node;
    }
  }

  #primary(): Node {
    if (this.#take('(')) {
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    const { kind, value } = this.#next('number', 'text', 'name');
    if (kind === 'number') return () => Number(value);
    if (kind === 'text') return () => value.replaceAll("''", "'");
    if (this.#take('(')) return this.#call(value);
    const literals: Contexts = { true: true, false: false, null: null };
    return Object.hasOwn(literals, value) ? () => literals[value] : root(value);
  }

  #call(name: string): Node {
    const known = FUNCTIONS[name.toLowerCase()];
    if (known === undefined) throw new Error(`The sandbox does not know the function ${name}().`);
    const given: Node[] = [];
    while (!this.#take(')')) {
      if (given.length > 0) this.#expect(',');
      given.push(this.#or());
    }
    return (contexts) => known(given.map((node) => node(contexts)));
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const is = token?.kind === 'sign' && token.value === sign;
    if (is) this.#at += 1;
    return is;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#wrong();
  }

  #next(...kinds: readonly Token['kind'][]): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined || !kinds.includes(token.kind)) throw this.#wrong();
    this.#at += 1;
    return token;
  }

  #wrong(): Error {
    return new Error(`The sandbox does not understand the expression "${this.#source}".`);
  }
}

function tokensOf(source: string): readonly Token[] {
  const pattern = new RegExp(TOKEN);
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.length) {
    const groups = pattern.exec(source)?.groups;
    const kind = (['number', 'text', 'name', 'sign'] as const).find((name) => groups?.[name] !== undefined);
    if (kind === undefined) throw new Error(`The sandbox does not understand the expression "${source}".`);
    tokens.push({ kind, value: groups?.[kind] ?? '' });
  }
  return tokens;
}

function root(name: string): Node {
  return (contexts) => {
    const known = contexts[name];
    if (known !== undefined && known !== ONLY_THE_JOB_KNOWS) return known;
    if (known !== undefined || JOB_CONTEXTS.has(name)) throw new OnlyTheJobKnows(`Only a job knows ${name}.`);
    throw new Error(`The sandbox cannot tell "${name}" before a job runs.`);
  };
}

/** Names go without their case, and what is not there is null; only of `github` it is known what there can be. */
function member(of: Node, key: Node): Node {
  return (contexts) => {
    const object = of(contexts);
    const name = textOf(key(contexts));
    if (object === null || typeof object !== 'object') return null;
    const found = Object.keys(object).find((own) => own.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return Reflect.get(object, found);
    if (object === contexts['github']) throw new Error(`The sandbox does not know github.${name}.`);
    return null;
  };
}

function isTrue(value: unknown): boolean {
  return !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    Number.isNaN(value)
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return 'Array';
  return typeof value === 'object' ? 'Object' : JSON.stringify(value);
}

function numberOf(value: unknown): number {
  if (typeof value === 'object' && value !== null) return Number.NaN;
  return typeof value === 'string' ? Number(value.trim()) : Number(value ?? 0);
}

/** Texts without their case, objects by identity, everything else as numbers. */
function compare(sign: string, left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string')
    return ordered(sign, left.toLowerCase(), right.toLowerCase());
  const objects = [left, right].every((value) => typeof value === 'object' && value !== null);
  if (objects) return sign === '==' ? left === right : sign === '!=' && left !== right;
  return ordered(sign, numberOf(left), numberOf(right));
}

function ordered<T extends string | number>(sign: string, left: T, right: T): boolean {
  if (sign === '==') return left === right;
  if (sign === '!=') return left !== right;
  if (sign === '<') return left < right;
  if (sign === '>') return left > right;
  return sign === '<=' ? left <= right : left >= right;
}

type Given = readonly unknown[];
const lower = (value: unknown): string => textOf(value).toLowerCase();

const FUNCTIONS: Readonly<Record<string, (given: Given) => unknown>> = {
  contains: ([where, what]) =>
    Array.isArray(where) ? where.some((entry) => compare('==', entry, what)) : lower(where).includes(lower(what)),
  startswith: ([text, start]) => lower(text).startsWith(lower(start)),
  endswith: ([text, end]) => lower(text).endsWith(lower(end)),
  format: ([template, ...values]) =>
    textOf(template).replaceAll(/\{(\d+)\}|\{\{|\}\}/g, (whole, index?: string) =>
      index === undefined ? whole.charAt(0) : textOf(values[Number(index)]),
    ),
  join: ([list, separator]) => (Array.isArray(list) ? list : [list]).map(textOf).join(textOf(separator ?? ',')),
  tojson: ([value]) => JSON.stringify(value, undefined, 2),
  fromjson: ([text]) => JSON.parse(textOf(text)),
};
