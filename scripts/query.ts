/**
 * Calls the API and shows the answer:
 *   API_ENDPOINT=… API_KEY=… npm run query -- -x POST -path test/string/replace -body '{"content": "I bank at ABN"}'
 */
import { UserError } from '../actions/lib/errors.ts';
import { command } from './command.ts';

const USAGE = `Usage: npm run query -- -x METHOD -path PATH [-body JSON]
  -x     the method, GET if left out
  -path  stage and path, for example test/string/replace
  -body  the JSON body
API_ENDPOINT is the address without the stage ("make terraform/output ARGS=api_endpoint"); API_KEY is the stage's key, sent
as x-api-key. Exit code: 0 for 2xx, 1 for any other answer, 2 for wrong use.
`;

const LIMIT_SECONDS = 30;

await command(async () => {
  let call: Request | undefined;
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

async function send(call: Request): Promise<number> {
  const started = performance.now();
  let response: Response;
  let text: string;
  try {
    response = await fetch(call, { signal: AbortSignal.timeout(LIMIT_SECONDS * 1000) });
    text = await response.text();
  } catch (error) {
    const { origin } = new URL(call.url);
    const late = error instanceof Error && error.name === 'TimeoutError';
    const what = late ? `did not answer within ${LIMIT_SECONDS} s` : 'cannot be reached';
    throw new UserError(`${origin} ${what}.`, 'Check API_ENDPOINT; is the sandbox up?', { cause: error });
  }
  process.stdout.write(`${response.status} ${response.statusText} · ${(performance.now() - started).toFixed(0)} ms\n`);
  process.stdout.write(`${pretty(text)}\n`);
  return response.ok ? 0 : 1;
}

function readCall(args: readonly string[]): Request | undefined {
  if (args.includes('-h') || args.includes('--help')) return undefined;
  const options = readOptions(args);
  const endpoint = process.env['API_ENDPOINT'] ?? '';
  if (endpoint === '')
    throw new UserError('API_ENDPOINT is not set.', 'Set it to the address of the API, without the stage.');
  // Without a scheme, `localhost:1234` is a URL as well, of the scheme "localhost".
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new UserError(`API_ENDPOINT is not a URL: ${endpoint}.`, 'It begins with https:// or http://.');
  const path = options.get('-path');
  if (path === undefined)
    throw new UserError('-path is missing.', 'Give stage and path, for example test/string/replace.');
  const body = options.get('-body');
  const key = process.env['API_KEY'] ?? '';
  if (!/^[!-~]*$/.test(key))
    throw new UserError('API_KEY holds what no key holds.', 'Set it to the key alone, without spaces or line ends.');
  const method = (options.get('-x') ?? 'GET').toUpperCase();
  try {
    return new Request(`${endpoint.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === '' ? {} : { 'x-api-key': key }),
      },
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    const and = body === undefined ? '' : ' with a body';
    throw new UserError(`${method}${and} cannot be sent.`, 'Choose another method with -x.', { cause: error });
  }
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
