import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runScript, type Ended } from './child.ts';

const KEY = 'a-key-that-nobody-may-see';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('query', () => {
  let server: Server;
  let endpoint = '';
  let answer = { status: 200, body: '' };
  let seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method, url, headers, body });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  beforeEach(() => {
    answer = { status: 200, body: '{"message":"I bank at ABN AMRO."}' };
    seen = [];
  });
  afterAll(async () => {
    server.close();
    await once(server, 'close');
  });

  const query = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    runScript('scripts/query.ts', args, { env: { API_ENDPOINT: endpoint, API_KEY: KEY, ...env } });
  const CALL = ['-x', 'post', '-path', '/test/string/replace', '-body', '{"content": "I bank at ABN."}'];

  test('sends method, path, body and key, and shows status, time and the JSON with indents', async () => {
    const { code, stdout, stderr } = await query(CALL, { API_ENDPOINT: `${endpoint}/stage-less/` });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^200 OK · \d+ ms\n\{\n {2}"message": "I bank at ABN AMRO\."\n\}\n$/);
    expect(code).toBe(0);
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/stage-less/test/string/replace',
        body: '{"content": "I bank at ABN."}',
        headers: { 'content-type': 'application/json', 'x-api-key': KEY },
      },
    ]);
  });

  test('is a GET without a body if nothing else is said, and sends no empty key', async () => {
    await query(['-path', 'test/x'], { API_KEY: '' });
    expect(seen).toMatchObject([{ method: 'GET', url: '/test/x', body: '' }]);
    expect(seen[0]?.headers).not.toHaveProperty('x-api-key');
    expect(seen[0]?.headers).not.toHaveProperty('content-type');
  });

  test.each([
    [400, '{"message":"content is missing"}', '400 Bad Request', '"message": "content is missing"'],
    [403, '{"message":"Forbidden"}', '403 Forbidden', '"message": "Forbidden"'],
    [502, 'no JSON', '502 Bad Gateway', 'no JSON'],
  ])('answers %d with exit code 1 and shows it all the same', async (status, body, line, shown) => {
    answer = { status, body };
    const { code, stdout, stderr } = await query(CALL);
    expect(stdout).toContain(line);
    expect(stdout).toContain(shown);
    expect(stderr).toBe('');
    expect(code).toBe(1);
  });

  test('never prints the key, whatever happens', async () => {
    const runs = [
      query(CALL),
      query(CALL, { API_ENDPOINT: 'http://127.0.0.1:1' }),
      query(['-y']),
      query(CALL, { API_KEY: `${KEY}\nwith more` }),
    ];
    for (const { stdout, stderr } of await Promise.all(runs)) expect(stdout + stderr).not.toContain(KEY);
  });

  test('an address where nobody answers is one clear line', async () => {
    const { code, stdout, stderr } = await query(CALL, { API_ENDPOINT: 'http://127.0.0.1:1' });
    expect(stderr).toBe('Error: http://127.0.0.1:1 cannot be reached. Check API_ENDPOINT; is the sandbox up?\n');
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });

  test('tells its use when asked', async () => {
    const { code, stdout } = await query(['--help']);
    expect(stdout).toMatch(/^Usage: npm run query -- -x METHOD/);
    expect(code).toBe(0);
  });

  test.each<[string, string[], Record<string, string>, string]>([
    ['API_ENDPOINT is not set', CALL, { API_ENDPOINT: '' }, 'API_ENDPOINT is not set. Set it to the address'],
    ['API_ENDPOINT is no URL', CALL, { API_ENDPOINT: 'my api' }, 'API_ENDPOINT is not a URL: my api.'],
    ['API_ENDPOINT has no scheme', CALL, { API_ENDPOINT: 'localhost:80' }, 'API_ENDPOINT is not a URL: localhost:80.'],
    ['the path is missing', ['-x', 'GET'], {}, '-path is missing. Give stage and path'],
    ['an option is unknown', ['-X', 'GET'], {}, '"-X" is not an option. There are: -x, -path, -body.'],
    ['a value is missing', ['-path'], {}, '-path needs a value.'],
    ['a GET has a body', ['-path', 'x', '-body', '{}'], {}, 'GET with a body cannot be sent. Choose another method'],
    ['the method is none', ['-path', 'x', '-x', 'a b'], {}, 'A B cannot be sent. Choose another method with -x.'],
    ['the key is two lines', CALL, { API_KEY: 'a\nb' }, 'API_KEY holds what no key holds.'],
  ])('if %s, it says so in one line, then its use, and ends with 2', async (_, args, env, expected) => {
    const { code, stdout, stderr } = await query(args, env);
    const [first = '', second, third = ''] = stderr.split('\n');
    expect(first).toMatch(/^Error: /);
    expect(first).toContain(expected);
    expect([second, third.slice(0, 6)]).toEqual(['', 'Usage:']);
    expect(stdout).toBe('');
    expect(code).toBe(2);
    expect(seen).toEqual([]);
  });
});
