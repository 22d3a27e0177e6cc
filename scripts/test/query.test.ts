import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { runScript, start, type Ended } from './child.ts';

const SCRIPT = join(ROOT, 'scripts/query.ts');
const BYTES = '{"content": "☕"}\n';
const KEY = 'a-key-that-nobody-may-see';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('query', () => {
  const { make, cleanUp } = temporaryFolders();
  const folder = make();
  let server: Server;
  let endpoint = '';
  let answer: { status: number; body: string; headers?: Record<string, string>; delay?: number } = {
    status: 200,
    body: '',
  };
  let seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { method, url, headers } = request;
        seen.push({ method, url, headers, body });
        const { status, headers: more = {}, delay = 0 } = answer;
        response.writeHead(status, { 'content-type': 'application/json', ...more });
        setTimeout(() => response.end(answer.body), delay).unref();
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
    server.closeAllConnections();
    await once(server, 'close');
    cleanUp();
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

  test('masks a key that the server echoes: as it is, within JSON, within an address, in a header', async () => {
    const key = 'a"b\\c/d+e-that-nobody-may-see';
    const forms = [key, encodeURIComponent(key)];
    answer = {
      status: 200,
      body: JSON.stringify({ [key]: forms, nested: [{ text: `your key is ${key}.` }] }),
      headers: { 'x-echo': `<${key}>` },
    };
    for (const { code, stdout, stderr } of [
      await query(CALL, { API_KEY: key }),
      await query([...CALL, '--json'], { API_KEY: key }),
    ]) {
      expect(code).toBe(0);
      expect(stdout).toContain('your key is ***.');
      for (const form of [...forms, JSON.stringify(key).slice(1, -1), 'nobody-may-see']) {
        expect(stdout + stderr).not.toContain(form);
      }
    }
    answer = { status: 403, body: `no JSON, but ${key}` };
    expect((await query(CALL, { API_KEY: key })).stdout).toContain('\nno JSON, but ***\n');
  });

  test('does not follow a redirect, which would take the key along', async () => {
    answer = { status: 302, body: '', headers: { location: `${endpoint}/elsewhere` } };
    const { code, stdout } = await query(CALL);
    expect(stdout).toMatch(/^302 Found · /);
    expect(code).toBe(1);
    expect(seen.map(({ url }) => url)).toEqual(['/test/string/replace']);
  });

  test('takes the body from a file or from standard input, byte by byte', async () => {
    const file = join(folder, 'body.json');
    await writeFile(file, BYTES);
    expect((await query(['-x', 'POST', '-path', 'a', '-body', `@${file}`])).code).toBe(0);
    const { child, ended } = start(process.execPath, [SCRIPT, '-x', 'PUT', '-path', 'b', '-body', '-'], {
      env: { API_ENDPOINT: endpoint },
      input: BYTES,
    });
    expect(child.pid).toBeDefined();
    expect((await ended).code).toBe(0);
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['POST', BYTES],
      ['PUT', BYTES],
    ]);
  });

  test.each([
    ['one hyphen', ['-x', 'POST', '-path', 'a?b=c', '-body', '{}', '-timeout', '5']],
    ['two hyphens', ['--body', '{}', '--timeout', '5', '--path', 'a?b=c', '--x', 'post']],
  ])('takes options with %s, in any order', async (_, args) => {
    expect((await query(args)).code).toBe(0);
    expect(seen).toMatchObject([{ method: 'POST', url: '/a?b=c', body: '{}' }]);
  });

  test('--json prints one object on one line, for scripts', async () => {
    answer = { status: 404, body: '{"message": "Not Found"}', headers: { 'x-amzn-requestid': 'id' } };
    const { code, stdout, stderr } = await query([...CALL, '--json']);
    expect(stdout).toMatch(/^\{[^\n]+\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      status: 404,
      milliseconds: expect.any(Number),
      headers: expect.objectContaining({ 'content-type': 'application/json', 'x-amzn-requestid': 'id' }),
      body: { message: 'Not Found' },
    });
    expect(stderr).toBe('');
    expect(code).toBe(1);
    answer = { status: 204, body: '' };
    expect(JSON.parse((await query([...CALL, '--json'])).stdout)).toMatchObject({ status: 204, body: '' });
  });

  test.each([
    ['nothing', { delay: 5_000 }],
    ['the half of it', { headers: { 'content-length': '100' }, delay: 5_000 }],
  ])('an answer of which %s has come in time is one clear line', async (_, late) => {
    answer = { status: 200, body: '{}', ...late };
    const { code, stdout, stderr, seconds } = await query([...CALL, '--timeout', '0.2', '--json']);
    expect(stderr).toBe(`Error: ${endpoint} did not answer within 0.2 s. Check API_ENDPOINT; is the sandbox up?\n`);
    expect(stdout).toBe('');
    expect(code).toBe(1);
    expect(seconds).toBeLessThan(4);
  });

  test.each(['--help', '-help', '-h'])('tells its use when asked by %s', async (flag) => {
    const { code, stdout } = await query([flag], { API_ENDPOINT: '' });
    expect(stdout).toMatch(/^Usage: npm run query -- -path PATH/);
    for (const option of ['-x', '-path', '-body', '@file', '--timeout', '--json', 'API_KEY', 'Exit code']) {
      expect(stdout).toContain(option);
    }
    expect(code).toBe(0);
  });

  test.each<[string, string[], Record<string, string>, string]>([
    ['API_ENDPOINT is not set', CALL, { API_ENDPOINT: '' }, 'API_ENDPOINT is not set. Set it to the address'],
    ['API_ENDPOINT is no URL', CALL, { API_ENDPOINT: 'my api' }, 'API_ENDPOINT is not a URL: my api.'],
    ['API_ENDPOINT has no scheme', CALL, { API_ENDPOINT: 'localhost:80' }, 'API_ENDPOINT is not a URL: localhost:80.'],
    ['the path is missing', ['-x', 'GET'], {}, '-path is missing. Give stage and path'],
    [
      'an option is unknown',
      ['-X', 'GET'],
      {},
      '"-X" is not an option. There are: -x, -path, -body, --timeout, --json',
    ],
    ['a word is no option', ['-x', 'GET', 'x'], {}, '"x" is not an option.'],
    ['an option is given twice', ['-x', 'GET', '--x', 'PUT'], {}, '--x is given twice. Give it once.'],
    [
      'there is no such file',
      ['-x', 'PUT', '-path', 'x', '-body', '@no/file'],
      {},
      'The file "no/file" cannot be read.',
    ],
    ['the timeout is no number', [...CALL, '--timeout', 'soon'], {}, '--timeout cannot be "soon". Give a number'],
    ['the timeout is 0', [...CALL, '--timeout', '0'], {}, '--timeout cannot be "0".'],
    ['the endpoint holds a password', CALL, { API_ENDPOINT: 'http://a:b@c' }, 'API_ENDPOINT holds a user name'],
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
