import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { recordingCommand } from '../../../actions/lib/test/fakes/command.ts';
import { temporaryFolders } from '../../../actions/lib/test/fakes/temp.ts';
import { ensureSettings, repositoryOfOrigin, type Repository } from '../settings.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const repository: Repository = { name: 'acme/rest-api', id: '1000', ownerId: '1001', defaultBranch: 'main' };

function bootstrapFolder(environments: Readonly<Record<string, string>>): string {
  const terraform = make();
  for (const folder of ['bootstrap', 'environments']) mkdirSync(join(terraform, folder));
  for (const [name, text] of Object.entries(environments)) writeFileSync(join(terraform, 'environments', name), text);
  return join(terraform, 'bootstrap');
}

describe('the variables of an account', () => {
  test('are written from what GitHub says, once', async () => {
    const folder = bootstrapFolder({ 'test.tfvars': '# one\nidentifier  = "shop"\nenvironment = "test"\n' });
    const file = await ensureSettings(folder, '123456789012', () => Promise.resolve(repository));
    expect(file).toBe(join(folder, 'accounts/123456789012.tfvars'));
    expect(readFileSync(file ?? '', 'utf8')).toBe(`# What is in account 123456789012, written by \`make bootstrap\`.
identifier          = "shop"
repository          = "acme/rest-api"
repository_id       = "1000"
repository_owner_id = "1001"
default_branch      = "main"

# What is deployed to this account: all of them, or some where there are several accounts.
environments = ["test", "acceptance", "production"]
`);
    const never = (): Promise<Repository> => Promise.reject(new Error('Asked again.'));
    expect(await ensureSettings(folder, '123456789012', never)).toBeUndefined();
  });

  test.each([
    [{}, 'No file in terraform/environments says the identifier.'],
    [
      { 'production.tfvars': 'identifier = "one"\n', 'test.tfvars': 'identifier = "two"\n' },
      'Files in terraform/environments have different identifiers: one and two.',
    ],
  ])('need one identifier: %j', async (environments, message) => {
    const folder = bootstrapFolder(environments);
    await expect(ensureSettings(folder, '1', () => Promise.resolve(repository))).rejects.toThrow(message);
  });

  test('say what is missing if GitHub cannot be asked', async () => {
    const folder = bootstrapFolder({ 'test.tfvars': 'identifier = "shop"\n' });
    await expect(ensureSettings(folder, '1', () => Promise.reject(new Error('No network.')))).rejects.toMatchObject({
      message: 'There is no accounts/1.tfvars in terraform/bootstrap, and it cannot be written: No network.',
      hint: 'Mend that, or write the file: docs/bootstrap.md shows one.',
    });
  });
});

describe('the repository', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** GitHub, as far as it answers this one question; keeps what it was asked. */
  async function gitHub(status: number, body: unknown): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    server = createServer((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? 'anonymous'}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    return { url: `http://127.0.0.1:${address.port}`, asked };
  }

  const origin = (url: string) => recordingCommand(() => ({ stdout: [url] })).run;
  const answer = { id: 1000, full_name: 'Acme/Rest-API', default_branch: 'trunk', owner: { id: 1001, login: 'Acme' } };

  test.each([
    'https://github.com/acme/rest-api.git',
    'https://github.com/acme/rest-api',
    'git@github.com:acme/rest-api.git',
    'https://x-access-token:secret@github.example.com/acme/rest-api.git',
  ])('is found by the remote %s, with its ids and its own case', async (url) => {
    const { url: api, asked } = await gitHub(200, answer);
    expect(await repositoryOfOrigin(origin(url), '/', { GITHUB_API_URL: api, GH_TOKEN: 'token' })).toEqual({
      name: 'Acme/Rest-API',
      id: '1000',
      ownerId: '1001',
      defaultBranch: 'trunk',
    });
    expect(asked).toEqual(['/repos/acme/rest-api Bearer token']);
  });

  test('is asked for without a token if there is none', async () => {
    const { url, asked } = await gitHub(200, answer);
    await repositoryOfOrigin(origin('git@github.com:acme/rest-api.git'), '/', { GITHUB_API_URL: url });
    expect(asked).toEqual(['/repos/acme/rest-api anonymous']);
  });

  test('may be private: the answer says what to do', async () => {
    const { url } = await gitHub(404, { message: 'Not Found' });
    await expect(
      repositoryOfOrigin(origin('git@github.com:acme/rest-api.git'), '/', { GITHUB_API_URL: url }),
    ).rejects.toMatchObject({
      message: 'GitHub answers 404 for acme/rest-api.',
      hint: 'If it is private, set GH_TOKEN, for example to what "gh auth token" prints.',
    });
  });

  test('is not guessed', async () => {
    await expect(repositoryOfOrigin(recordingCommand(() => ({ code: 2 })).run, '/', {})).rejects.toThrow(
      'The remote "origin" is no repository at GitHub.',
    );
  });
});
