import { afterEach, describe, expect, test } from '@jest/globals';
import { closeIssue, keepIssue, octokitIssues, type Issue } from '../../github/issues.ts';
import { serve, stopServing } from '../fakes/github-server.ts';
import { FakeIssues } from '../fakes/issues.ts';

afterEach(stopServing);

const repository = { owner: 'owner', repo: 'repo' };
const author = 'github-actions[bot]';
const marker = '<!-- thing environment=test -->';
const issue = { marker, author, title: 'A title', body: 'A text' };

/** An issue as GitHub answers it. */
const answered = (number: number, more: Readonly<Record<string, unknown>> = {}) => ({
  ...{ number, title: 'A title', body: `${marker}\nA text`, state: 'open', user: { login: author } },
  ...more,
});

describe('keeping an issue', () => {
  test('opens one with the marker as its hidden first line, labels and assignees', async () => {
    const api = new FakeIssues(author);
    expect(await keepIssue(api, { ...issue, labels: ['drift'], assignees: ['ada'] })).toEqual({
      number: 1,
      action: 'opened',
    });
    expect(api.issues).toEqual([
      {
        ...{ number: 1, author, open: true, title: 'A title', body: `${marker}\nA text` },
        ...{ labels: ['drift'], assignees: ['ada'] },
      },
    ]);
  });

  test('again with the same text edits nothing, with another one edits that issue', async () => {
    const api = new FakeIssues(author);
    const edits: number[] = [];
    const update = api.update.bind(api);
    api.update = (number, change) => {
      edits.push(number);
      return update(number, change);
    };
    await keepIssue(api, issue);
    expect(await keepIssue(api, issue)).toEqual({ number: 1, action: 'unchanged' });
    expect(edits).toEqual([]);
    expect(await keepIssue(api, { ...issue, title: 'Another' })).toEqual({ number: 1, action: 'updated' });
    expect(await keepIssue(api, { ...issue, title: 'Another', body: 'More' })).toEqual({
      number: 1,
      action: 'updated',
    });
    expect(api.issues).toMatchObject([{ number: 1, title: 'Another', body: `${marker}\nMore` }]);
  });

  test('that says the same in other words edits nothing', async () => {
    const api = new FakeIssues(author);
    await keepIssue(api, { ...issue, body: 'same\nby the first run' });
    const later = { ...issue, body: 'same\nby the second run', saysThat: (body: string) => body.startsWith('same\n') };
    expect(await keepIssue(api, later)).toEqual({ number: 1, action: 'unchanged' });
    expect(await keepIssue(api, { ...later, title: 'Another' })).toEqual({ number: 1, action: 'updated' });
    expect(api.issues[0]?.body).toBe(`${marker}\nsame\nby the second run`);
  });

  test('takes none with the marker by somebody else, or with it somewhere else, for its own', async () => {
    const api = new FakeIssues(author);
    api.add('mallory', { title: 'A title', body: `${marker}\nA text`, labels: [], assignees: [] });
    api.add(author, { title: 'A title', body: `A quote: ${marker}\nA text`, labels: [], assignees: [] });
    api.add(author, { title: 'A title', body: `${marker} and more\nA text`, labels: [], assignees: [] });
    // Also where GitHub, or a fake, answers more than was asked for.
    api.list = () => Promise.resolve(api.issues);
    expect(await keepIssue(api, issue)).toEqual({ number: 4, action: 'opened' });
    expect(api.issues.slice(0, 3).map(({ open, title }) => `${open} ${title}`)).toEqual(Array(3).fill('true A title'));
  });

  test('that was closed opens a new one', async () => {
    const api = new FakeIssues(author);
    await keepIssue(api, issue);
    await api.update(1, { open: false });
    expect(await keepIssue(api, issue)).toEqual({ number: 2, action: 'opened' });
    expect(api.issues.map(({ open }) => open)).toEqual([false, true]);
  });

  test('of two environments keeps two', async () => {
    const api = new FakeIssues(author);
    await keepIssue(api, issue);
    const other = '<!-- thing environment=production -->';
    expect(await keepIssue(api, { ...issue, marker: other })).toEqual({ number: 2, action: 'opened' });
  });

  test('in two runs at once ends with the older one, which says what the later run found', async () => {
    const api = new FakeIssues(author);
    const create = api.create.bind(api);
    api.create = async (made) => {
      // The other run is faster by a moment: this one has found none, too.
      api.create = create;
      await keepIssue(api, { ...issue, body: 'Of the other run' });
      return create(made);
    };
    expect(await keepIssue(api, issue)).toEqual({ number: 1, action: 'updated' });
    expect(api.issues).toMatchObject([{ open: true, body: `${marker}\nA text` }, { open: false }]);
  });
});

describe('closing an issue', () => {
  test('says why first; where there is none, or only one by somebody else, nothing happens', async () => {
    const api = new FakeIssues(author);
    expect(await closeIssue(api, { marker, author, comment: 'Gone' })).toBeUndefined();
    api.add('mallory', { title: 'A title', body: `${marker}\nA text`, labels: [], assignees: [] });
    expect(await closeIssue(api, { marker, author, comment: 'Gone' })).toBeUndefined();
    expect(api.comments).toEqual([]);
    await keepIssue(api, issue);
    expect(await closeIssue(api, { marker, author, comment: 'Gone' })).toBe(2);
    expect(api.comments).toEqual(['2: Gone']);
    expect(api.issues.map(({ open }) => open)).toEqual([true, false]);
  });

  test('closes doubles too, which a run left that was killed', async () => {
    const api = new FakeIssues(author);
    for (const _ of [1, 2]) api.add(author, { title: '', body: `${marker}\nA text`, labels: [], assignees: [] });
    expect(await closeIssue(api, { marker, author, comment: 'Gone' })).toBe(1);
    expect(api.issues.map(({ open }) => open)).toEqual([false, false]);
  });
});

describe('issues at GitHub', () => {
  const path = '/repos/owner/repo/issues';
  const query = `creator=${encodeURIComponent(author)}&state=open&direction=asc&per_page=100`;

  test('are read page by page, all 250, without pull requests', async () => {
    const numbers = Array.from({ length: 250 }, (_, index) => index + 1);
    const { github, requests } = await serve((request, _, origin) => {
      const page = Number(new URL(request.split(' ')[1] ?? '', origin).searchParams.get('page') ?? 1);
      const link = `<${origin}${path}?${query}&page=${page + 1}>; rel="next"`;
      const body = numbers
        .slice((page - 1) * 100, page * 100)
        .map((number) => answered(number, number === 7 ? { pull_request: { url: '' } } : {}));
      return { headers: page < 3 ? { link } : {}, body };
    });
    const issues = await octokitIssues(github, repository).list(author);
    expect(issues.map(({ number }) => number)).toEqual(numbers.filter((number) => number !== 7));
    expect(requests).toEqual([`GET ${path}?${query}`, `GET ${path}?${query}&page=2`, `GET ${path}?${query}&page=3`]);
  });

  test('are found on the last page: no second one is opened', async () => {
    const { github, requests } = await serve((request, _, origin) => {
      const last = request.includes('page=2');
      const link = `<${origin}${path}?${query}&page=2>; rel="next"`;
      return { headers: last ? {} : { link }, body: [last ? answered(150) : answered(1, { body: 'Something else' })] };
    });
    expect(await keepIssue(octokitIssues(github, repository), issue)).toEqual({ number: 150, action: 'unchanged' });
    expect(requests.every((request) => request.startsWith('GET'))).toBe(true);
  });

  test('of an account that is gone, without a text, or edited in a browser, are issues too', async () => {
    const { github } = await serve(() => ({
      body: [answered(1, { user: null, body: null }), answered(2, { body: `${marker}\r\nA text`, state: 'closed' })],
    }));
    const expected: Issue[] = [
      { number: 1, title: 'A title', body: '', author: '', open: true },
      { number: 2, title: 'A title', body: `${marker}\nA text`, author, open: false },
    ];
    expect(await octokitIssues(github, repository).list(author)).toEqual(expected);
  });

  test('are created, edited, commented on and closed', async () => {
    const sent: unknown[] = [];
    const { github, requests } = await serve((_, body) => {
      sent.push(JSON.parse(body));
      return { status: 201, body: answered(9) };
    });
    const api = octokitIssues(github, repository);
    const made = await api.create({ title: 'A title', body: 'A text', labels: ['drift'], assignees: [] });
    expect(made).toMatchObject({ number: 9, open: true });
    await api.update(9, { title: 'Another' });
    await api.comment(9, 'Gone');
    await api.update(9, { open: false });
    expect(requests).toEqual([`POST ${path}`, `PATCH ${path}/9`, `POST ${path}/9/comments`, `PATCH ${path}/9`]);
    expect(sent).toEqual([
      { title: 'A title', body: 'A text', labels: ['drift'] },
      { title: 'Another' },
      { body: 'Gone' },
      { state: 'closed' },
    ]);
  });

  test('with somebody who may not be assigned are opened all the same', async () => {
    const { github, requests } = await serve((request) =>
      request.endsWith('/assignees') ? { status: 422, body: { message: 'no' } } : { status: 201, body: answered(9) },
    );
    const api = octokitIssues(github, repository);
    const made = await api.create({ title: 'A title', body: 'A text', labels: [], assignees: ['gone'] });
    expect(made.number).toBe(9);
    expect(requests).toEqual([`POST ${path}`, `POST ${path}/9/assignees`]);
  });

  test('that may not be written are an error', async () => {
    const { github } = await serve(() => ({ status: 403, body: { message: 'Resource not accessible' } }));
    const api = octokitIssues(github, repository);
    await expect(api.create({ title: '', body: '', labels: [], assignees: [] })).rejects.toMatchObject({ status: 403 });
    await expect(api.list(author)).rejects.toMatchObject({ status: 403 });
  });

  test('are kept as one when GitHub answers 502 once, to the list and to a creation that it has carried out', async () => {
    const made: unknown[] = [];
    let lists = 0;
    const { github, requests } = await serve((request, body) => {
      if (request.startsWith('GET')) {
        lists += 1;
        return lists === 1 ? { status: 502, body: {} } : { body: made };
      }
      if (request.startsWith('POST')) {
        made.push(answered(made.length + 1));
        return made.length === 1 ? { status: 502, body: {} } : { status: 201, body: made.at(-1) };
      }
      const number = Number(/\d+$/.exec(request)?.[0]);
      made[number - 1] = answered(number, { ...JSON.parse(body) });
      return { body: made[number - 1] };
    });
    const kept = await keepIssue(octokitIssues(github, repository), issue);
    expect(kept.number).toBe(1);
    expect(made).toMatchObject([
      { number: 1, state: 'open' },
      { number: 2, state: 'closed' },
    ]);
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(2);
  }, 30_000);
});
