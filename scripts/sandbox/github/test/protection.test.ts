import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Permissions } from '../records.ts';
import { here, World } from './world.ts';

// Every call is a git process or a few; beside other suites five seconds are not much.
jest.setTimeout(30_000);

const path = 'terraform/promotions/test.json';
const content = (text: string): string => Buffer.from(text).toString('base64');

const world = new World();
beforeAll(() => world.begin({ [path]: '{}\n' }));
afterAll(() => world.end());

type Rest = ReturnType<World['octokit']>;
const bot = (permissions?: Permissions): Rest =>
  world.octokit(world.github.createActionsToken(permissions === undefined ? {} : { permissions }));

async function put(rest: Rest, on: string, file = path): Promise<string> {
  const known = await rest.repos.getContent({ ...here, path: file, ref: on }).catch(() => undefined);
  const sha = known === undefined || !('sha' in known.data) ? {} : { sha: known.data.sha };
  const body = { path: file, branch: on, message: 'Pin', content: content(`{"at":${Math.random()}}\n`), ...sha };
  return (await rest.repos.createOrUpdateFileContents({ ...here, ...body })).data.commit.sha ?? '';
}

async function push(token: string): Promise<string> {
  await world.git(['fetch', '--quiet', 'origin', 'main']);
  await world.git(['checkout', '--quiet', '--detach', 'origin/main']);
  await world.commit('Straight to main', { 'y.txt': String(Math.random()) });
  return world.git(['push', world.pushUrl(token), 'HEAD:main']);
}

const tip = async (): Promise<string> =>
  (await world.octokit().repos.getBranch({ ...here, branch: 'main' })).data.commit.sha;

describe.each([
  {
    kind: 'classic',
    update: 'Could not update file: Changes must be made through a pull request.',
    create: 'Could not create file: Changes must be made through a pull request.',
    move: 'Changes must be made through a pull request.',
    git: /GH006: Protected branch update failed for refs\/heads\/main\.\s+remote: error: Changes must be made through a pull request\./,
  },
  {
    kind: 'ruleset',
    update: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    create: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    move: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
    git: /GH013: Repository rule violations found for refs\/heads\/main\.\s+remote: Review all repository rules at http\S+\/octo\/shop\/rules\?ref=refs%2Fheads%2Fmain\s+remote:\s+remote: - Changes must be made through a pull request\./,
  },
])('a branch that is protected ($kind)', ({ kind, update, create, move, git }) => {
  beforeEach(async () => {
    await world.control('POST', 'protection', { branch: 'main', kind, bypass: ['ada'] });
  });

  const refused = (message: string): object => ({
    response: expect.objectContaining({ data: expect.objectContaining({ message }) }),
  });

  test('takes no commit by the API, by the workflow or the owner', async () => {
    const before = await tip();
    for (const rest of [bot(), world.octokit()]) {
      await expect(put(rest, 'main')).rejects.toMatchObject({ status: 409, ...refused(update) });
      await expect(put(rest, 'main', 'new.json')).rejects.toMatchObject({ status: 409, ...refused(create) });
    }
    expect(await tip()).toBe(before);
  });

  test('takes no push and is moved by no API', async () => {
    const before = await tip();
    await expect(push(world.github.tokens.user)).rejects.toThrow(git);
    const sha = await put(bot(), await branch());
    const ref = { ...here, ref: 'heads/main', sha };
    await expect(bot().git.updateRef(ref)).rejects.toMatchObject({ status: 422, ...refused(move) });
    expect(await tip()).toBe(before);
  });

  test('takes both from who may pass', async () => {
    const ada = world.github.createUserToken('ada');
    await expect(push(ada)).resolves.toBeDefined();
    expect(await put(world.octokit(ada), 'main')).toBe(await tip());
  });

  test('takes the merge of a pull request, made as the promotion makes it', async () => {
    const rest = bot({ contents: 'write', 'pull-requests': 'write' });
    const name = await branch(rest);
    const sha = await put(rest, name);
    const open = { ...here, base: 'main', head: name, title: 'Pin' };
    const { data: pull } = await rest.pulls.create(open);
    expect(pull.head.sha).toBe(sha);
    await rest.issues.addLabels({ ...here, issue_number: pull.number, labels: ['promotion'] });
    const listed = await rest.pulls.list({ ...here, state: 'open', base: 'main', head: `octo:${name}` });
    expect(listed.data.map(({ number, labels }) => [number, labels.map((label) => label.name)])).toEqual([
      [pull.number, ['promotion']],
    ]);
    await expect(rest.pulls.create(open)).rejects.toMatchObject({ status: 422 });

    const { data: merged } = await world.octokit().pulls.merge({ ...here, pull_number: pull.number });
    expect(await tip()).toBe(merged.sha);
  });

  test('is shown as protected', async () => {
    const rest = world.octokit();
    const { data: one } = await rest.repos.getBranch({ ...here, branch: 'main' });
    expect([one.protected, one.protection.enabled]).toEqual([true, true]);
    const { data: all } = await rest.repos.listBranches({ ...here, protected: true });
    expect(all.map(({ name }) => name)).toEqual(['main']);
    const { data: others } = await rest.repos.listBranches({ ...here, protected: false });
    expect(others.map(({ name }) => name)).not.toContain('main');
    const rules = await rest.repos.getBranchRules({ ...here, branch: 'main' });
    expect(rules.data.map(({ type }) => type)).toEqual(kind === 'ruleset' ? ['pull_request'] : []);
  });

  test('is free again when it is said so', async () => {
    await world.control('POST', 'protection', { branch: 'main', protected: false });
    expect(await put(bot(), 'main')).toBe(await tip());
    expect((await world.octokit().repos.getBranch({ ...here, branch: 'main' })).data.protected).toBe(false);
  });
});

async function branch(rest = bot()): Promise<string> {
  const name = `promote/test-${Math.random().toString(36).slice(2)}`;
  await rest.git.createRef({ ...here, ref: `refs/heads/${name}`, sha: await tip() });
  return name;
}

const REFUSED = { status: 403, message: expect.stringContaining('Resource not accessible by integration') };

test('a workflow that may not open pull requests can prepare one, and see those that are there', async () => {
  const rest = bot({ contents: 'write', 'pull-requests': 'read' });
  const name = await branch(rest);
  await put(rest, name);
  await expect(rest.pulls.create({ ...here, base: 'main', head: name, title: 'Pin' })).rejects.toMatchObject(REFUSED);
  await expect(rest.pulls.list({ ...here, head: `octo:${name}` })).resolves.toBeDefined();
});

test('a workflow that may not write contents can open a pull request, and nothing else', async () => {
  const rest = bot({ contents: 'read', 'pull-requests': 'write' });
  const name = await branch();
  const ref = { ...here, ref: `refs/heads/${name}-2`, sha: await tip() };
  await expect(rest.git.createRef(ref)).rejects.toMatchObject(REFUSED);
  await expect(put(rest, name)).rejects.toMatchObject(REFUSED);
  await put(bot(), name);
  await expect(rest.pulls.create({ ...here, base: 'main', head: name, title: 'Pin' })).resolves.toBeDefined();
});

test('a branch of the workflow’s own is moved to where main is, by force only where it does not follow', async () => {
  const rest = bot();
  const name = await branch();
  await put(rest, name);
  const ref = { ...here, ref: `heads/${name}`, sha: await tip() };
  await expect(rest.git.updateRef(ref)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('Update is not a fast forward'),
  });
  expect((await rest.git.updateRef({ ...ref, force: true })).data.object.sha).toBe(ref.sha);
  await expect(rest.git.updateRef({ ...ref, ref: 'heads/gone' })).rejects.toMatchObject({ status: 422 });
});

test('a protection says what it has become; one that is none is refused with a sentence', async () => {
  const protection = { branch: 'other', kind: 'ruleset', bypass: ['ada'] };
  const { status, body: said } = await world.control('POST', 'protection', protection);
  expect({ status, said }).toEqual({ status: 200, said: { ...protection, protected: true } });
  const wrong = [{}, { branch: 'main', kind: 'tight' }, { branch: 'main', bypass: 'ada' }];
  for (const body of wrong) expect((await world.control('POST', 'protection', body)).status).toBe(422);
});
