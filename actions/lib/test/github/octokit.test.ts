import { afterEach, describe, expect, test } from '@jest/globals';
import { octokitComments } from '../../github/octokit.ts';
import { octokitFile } from '../../github/repository-file.ts';
import { serve, stopServing, type Answer } from '../fakes/github-server.ts';

afterEach(stopServing);

const repository = { owner: 'owner', repo: 'repo' };
const comment = (id: number) => ({ id, body: `comment ${id}`, user: { login: 'someone' } });

describe('comments', () => {
  test('are read page by page, all 250, and answered oldest first (K7)', async () => {
    const newestFirst = Array.from({ length: 250 }, (_, index) => 250 - index);
    const pages = [newestFirst.slice(0, 100), newestFirst.slice(100, 200), newestFirst.slice(200)];
    const { github, requests } = await serve((request, _, origin) => {
      const page = Number(new URL(request.split(' ')[1] ?? '', origin).searchParams.get('page') ?? 1);
      const next = `<${origin}/repos/owner/repo/issues/7/comments?per_page=100&page=${page + 1}>; rel="next"`;
      return { headers: page < pages.length ? { link: next } : {}, body: pages[page - 1]?.map(comment) };
    });
    const comments = await octokitComments(github, repository, 7).list();
    expect(comments.map(({ id }) => id)).toEqual(newestFirst.toReversed());
    expect(comments[0]).toEqual({ id: 1, body: 'comment 1', author: 'someone' });
    expect(requests).toEqual([
      'GET /repos/owner/repo/issues/7/comments?per_page=100',
      'GET /repos/owner/repo/issues/7/comments?per_page=100&page=2',
      'GET /repos/owner/repo/issues/7/comments?per_page=100&page=3',
    ]);
  });

  test('of an account that is gone, or without a text, are comments too', async () => {
    const { github } = await serve(() => ({ body: [{ id: 1, user: null }] }));
    expect(await octokitComments(github, repository, 7).list()).toEqual([{ id: 1, body: '', author: '' }]);
  });

  test('are created, updated and deleted', async () => {
    const bodies: unknown[] = [];
    const { github, requests } = await serve((request, body) => {
      if (body !== '') bodies.push(JSON.parse(body));
      return request.startsWith('DELETE')
        ? { status: 204 }
        : { status: request.startsWith('POST') ? 201 : 200, body: comment(9) };
    });
    const api = octokitComments(github, repository, 7);
    expect(await api.create('text')).toMatchObject({ id: 9 });
    await api.update(9, 'new');
    await api.delete(9);
    expect(requests).toEqual([
      'POST /repos/owner/repo/issues/7/comments',
      'PATCH /repos/owner/repo/issues/comments/9',
      'DELETE /repos/owner/repo/issues/comments/9',
    ]);
    expect(bodies).toEqual([{ body: 'text' }, { body: 'new' }]);
  });

  test('that are gone already count as deleted, but a refusal is an error', async () => {
    const { github } = await serve((request) => ({
      status: request.endsWith('/1') ? 404 : 403,
      body: { message: 'no' },
    }));
    const api = octokitComments(github, repository, 7);
    await expect(api.delete(1)).resolves.toBeUndefined();
    await expect(api.delete(2)).rejects.toMatchObject({ status: 403 });
  });
});

describe('a file of the repository', () => {
  const path = 'terraform/promotions/test.json';
  const url = `/repos/owner/repo/contents/${encodeURIComponent(path)}`;

  test('is read from the branch', async () => {
    const { github, requests } = await serve(() => ({
      body: { type: 'file', encoding: 'base64', content: Buffer.from('{}\n').toString('base64'), sha: 'abc' },
    }));
    expect(await octokitFile(github, repository, path, 'main').read()).toEqual({ text: '{}\n', sha: 'abc' });
    expect(requests).toEqual([`GET ${url}?ref=main`]);
  });

  test('that is not there is none; a folder or a refusal is an error', async () => {
    const answers: Answer[] = [{ status: 404, body: {} }, { body: [] }, { status: 403, body: {} }];
    const { github } = await serve(() => answers.shift() ?? {});
    const file = octokitFile(github, repository, path, 'main');
    expect(await file.read()).toBeUndefined();
    await expect(file.read()).rejects.toThrow(`${path} is not a file on main.`);
    await expect(file.read()).rejects.toMatchObject({ status: 403 });
  });

  test('is committed on the branch, over the version that was read', async () => {
    const bodies: unknown[] = [];
    const { github, requests } = await serve((_, body) => {
      bodies.push(JSON.parse(body));
      return { body: { content: {}, commit: { sha: 'c0ffee' } } };
    });
    const file = octokitFile(github, repository, path, 'main');
    expect(await file.commit('new', 'Promote', 'abc')).toEqual({ commit: 'c0ffee' });
    expect(await file.commit('new', 'Promote', undefined)).toEqual({ commit: 'c0ffee' });
    const content = Buffer.from('new').toString('base64');
    expect(requests).toEqual([`PUT ${url}`, `PUT ${url}`]);
    expect(bodies).toEqual([
      { branch: 'main', message: 'Promote', content, sha: 'abc' },
      { branch: 'main', message: 'Promote', content },
    ]);
  });

  test('that changed or was created meanwhile is a conflict, another refusal an error', async () => {
    const answers = [409, 422, 422, 403].map((status) => ({ status, body: { message: 'no' } }));
    const { github } = await serve(() => answers.shift() ?? {});
    const file = octokitFile(github, repository, path, 'main');
    expect(await file.commit('new', 'Promote', 'abc')).toBe('conflict');
    expect(await file.commit('new', 'Promote', undefined)).toBe('conflict');
    await expect(file.commit('new', 'Promote', 'abc')).rejects.toMatchObject({ status: 422 });
    await expect(file.commit('new', 'Promote', 'abc')).rejects.toMatchObject({ status: 403 });
  });
});
