import { UserError } from '../../actions/lib/errors.ts';

export const USAGE = `Usage: npm run query -- -path PATH [-x METHOD] [-body BODY] [--timeout SECONDS] [--json]
  -path      stage and path, with a query if there is one, for example test/string/replace or "test/mappings?text=ABN"
  -x         the method; GET if left out
  -body      the JSON body: a text, @file for the content of a file, or - for standard input
  --timeout  seconds to wait for the answer; 30 if left out
  --json     print the answer as one JSON object, for scripts: { "status", "milliseconds", "headers", "body" }
  --help     show this
Each may be written with one hyphen or two. API_ENDPOINT is the address without the stage ("make terraform/output
ARGS=api_endpoint"); API_KEY is the stage's key, sent as x-api-key and never shown.
Exit code: 0 for 2xx, 1 for any other answer or none, 2 for wrong use.
`;

/** Where the body comes from. */
export type BodySource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'stdin' };

export interface Query {
  readonly method: string;
  readonly url: URL;
  /** Empty if there is none. */
  readonly key: string;
  readonly body?: BodySource;
  readonly timeoutSeconds: number;
  readonly json: boolean;
}

const WITH_VALUE = ['x', 'path', 'body', 'timeout'];
const FLAGS = ['json', 'help'];
const SHOWN = ['-x', '-path', '-body', '--timeout', '--json', '--help'];

/** A day: nothing here answers later, and timers end not far above. */
const LONGEST_TIMEOUT = 86_400;

/**
 * Understands the command line.
 *
 * @returns undefined if help was asked for.
 * @throws UserError that says what is wrong with it.
 */
export function parseQuery(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Query | undefined {
  const options = parseOptions(args);
  if (options.has('help')) return undefined;
  const endpoint = endpointOf(env['API_ENDPOINT'] ?? '');
  const path = options.get('path');
  if (path === undefined) {
    throw new UserError('-path is missing.', 'Give stage and path, for example test/string/replace.');
  }
  const key = env['API_KEY'] ?? '';
  if (!/^[!-~]*$/.test(key)) {
    throw new UserError('API_KEY holds what no key holds.', 'Set it to the key alone, without spaces or line ends.');
  }
  const body = options.get('body');
  return {
    method: methodOf(options.get('x') ?? 'GET', body !== undefined),
    url: new URL(`${endpoint}/${path.replace(/^\/+/, '')}`),
    key,
    ...(body === undefined ? {} : { body: bodySource(body) }),
    timeoutSeconds: timeoutOf(options.get('timeout') ?? '30'),
    json: options.has('json'),
  };
}

/** By hand, because `util.parseArgs` takes `-path` for the letters p, a, t and h. */
function parseOptions(args: readonly string[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  const words = args.values();
  for (const word of words) {
    const name = word === '-h' ? 'help' : word.replace(/^--?(?=.)/, '');
    if (!word.startsWith('-') || ![...WITH_VALUE, ...FLAGS].includes(name)) {
      throw new UserError(`"${word}" is not an option.`, `There are: ${SHOWN.join(', ')}.`);
    }
    if (options.has(name)) throw new UserError(`${word} is given twice.`, 'Give it once.');
    const value = FLAGS.includes(name) ? '' : words.next().value;
    if (value === undefined) throw new UserError(`${word} needs a value.`, 'Put it behind the option.');
    options.set(name, value);
  }
  return options;
}

function endpointOf(text: string): string {
  if (text === '') {
    throw new UserError('API_ENDPOINT is not set.', 'Set it to the address of the API, without the stage.');
  }
  // Without a scheme, `localhost:1234` is a URL as well, of the scheme "localhost".
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new UserError(`API_ENDPOINT is not a URL: ${text}.`, 'It begins with https:// or http://.');
  }
  const { username, password } = new URL(text);
  if (username !== '' || password !== '') {
    throw new UserError('API_ENDPOINT holds a user name or password.', 'Leave that out: the key is API_KEY.');
  }
  return text.replace(/\/+$/, '');
}

function methodOf(text: string, hasBody: boolean): string {
  const method = text.toUpperCase();
  try {
    // What fetch would refuse later, with a sentence of its own.
    void new Request('http://localhost', { method, ...(hasBody ? { body: '' } : {}) });
  } catch (cause) {
    const what = hasBody ? `${method} with a body` : method;
    throw new UserError(`${what} cannot be sent.`, 'Choose another method with -x.', { cause });
  }
  return method;
}

function bodySource(text: string): BodySource {
  if (text === '-') return { kind: 'stdin' };
  return text.startsWith('@') ? { kind: 'file', file: text.slice(1) } : { kind: 'text', text };
}

function timeoutOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= LONGEST_TIMEOUT) return seconds;
  throw new UserError(
    `--timeout cannot be "${text}".`,
    `Give a number of seconds, more than 0 and at most ${LONGEST_TIMEOUT}.`,
  );
}
