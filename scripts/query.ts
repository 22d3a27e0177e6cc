/**
 * Calls the API and shows the answer:
 *   API_ENDPOINT=… API_KEY=… npm run query -- -x POST -path test/string/replace -body '{"content": "I bank at ABN"}'
 */
import { command } from './command.ts';
import { UserError } from '../actions/lib/errors.ts';

const USAGE = `Usage: npm run query -- -x METHOD -path PATH [-body JSON]
  -x     the method, GET if left out
  -path  stage and path, for example test/string/replace
  -body  the JSON body
API_ENDPOINT is the address without the stage ("make terraform/output ARGS=api_endpoint"); API_KEY is the stage's key, sent
as x-api-key. Exit code: 0 for 2xx, 1 for any other answer, 2 for wrong use.
`;

interface Call {
  readonly url: URL;
  readonly init: RequestInit;
}

await command(async () => {
  let call: Call | undefined;
  try {
    call = readCall(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`Error: ${error.message} ${error.hint}\n\n${USAGE}`);
    return 2;
  }
  if (call === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  return send(call);
});

async function send({ url, init }: Call): Promise<number> {
  const started = performance.now();
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    throw new UserError(`${url.origin} cannot be reached.`, 'Check API_ENDPOINT; is the sandbox up?', { cause: error });
  }
  const text = await response.text();
  process.stdout.write(`${response.status} ${response.statusText} · ${(performance.now() - started).toFixed(0)} ms\n`);
  process.stdout.write(`${pretty(text)}\n`);
  return response.ok ? 0 : 1;
}

function readCall(args: readonly string[]): Call | undefined {
  if (args.includes('-h') || args.includes('--help')) return undefined;
  const options = readOptions(args);
  const endpoint = process.env['API_ENDPOINT'] ?? '';
  if (endpoint === '')
    throw new UserError('API_ENDPOINT is not set.', 'Set it to the address of the API, without the stage.');
  if (!URL.canParse(endpoint))
    throw new UserError(`API_ENDPOINT is not a URL: ${endpoint}.`, 'It begins with https://.');
  const path = options.get('-path');
  if (path === undefined)
    throw new UserError('-path is missing.', 'Give stage and path, for example test/string/replace.');
  const body = options.get('-body');
  const key = process.env['API_KEY'];
  return {
    url: new URL(`${endpoint.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`),
    init: {
      method: (options.get('-x') ?? 'GET').toUpperCase(),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined || key === '' ? {} : { 'x-api-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    },
  };
}

function readOptions(args: readonly string[]): ReadonlyMap<string, string> {
  const known = ['-x', '-path', '-body'];
  const options = new Map<string, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', value] = args.slice(index, index + 2);
    if (!known.includes(name)) throw new UserError(`"${name}" is not an option.`, `There are: ${known.join(', ')}.`);
    if (value === undefined) throw new UserError(`${name} needs a value.`, 'Put it behind the option.');
    options.set(name, value);
  }
  return options;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text; // Not JSON: shown as it came.
  }
}
