import type { Octokit, Repository } from './octokit.ts';

export interface Issue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly open: boolean;
}

/** The issues of a repository; the real one is `octokitIssues`. */
export interface IssueApi {
  /** All open ones by this author, every page, oldest first. Pull requests are none. */
  list(author: string): Promise<readonly Issue[]>;
  create(issue: {
    readonly title: string;
    readonly body: string;
    readonly labels: readonly string[];
    readonly assignees: readonly string[];
  }): Promise<Issue>;
  update(
    number: number,
    change: { readonly title?: string; readonly body?: string; readonly open?: boolean },
  ): Promise<void>;
  comment(number: number, body: string): Promise<void>;
}

export interface KeptIssue {
  readonly number: number;
  readonly action: 'opened' | 'updated' | 'unchanged' | 'reopened';
}

interface Kept {
  /** A hidden first line by which the issue is found again. */
  readonly marker: string;
  /** The account that writes it; an issue by anybody else is never taken for ours. */
  readonly author: string;
}

/**
 * Keeps one open issue with this marker and text. The same text is no edit, so nobody is told twice. One that was closed stays closed, and a
 * new one is opened: what it was about had ended. When two runs race and both open one, the older stays.
 *
 * @param issue.saysThat whether an issue's text (without the marker) says what this one would: then it is left as it is, also where who
 *   found it, and when, reads otherwise
 */
export async function keepIssue(
  api: IssueApi,
  issue: Kept & {
    readonly title: string;
    readonly body: string;
    readonly labels?: readonly string[];
    readonly assignees?: readonly string[];
    readonly saysThat?: (body: string) => boolean;
  },
): Promise<KeptIssue> {
  const { title, labels = [], assignees = [], saysThat = (text: string) => text === issue.body } = issue;
  const body = `${issue.marker}\n${issue.body}`;
  const update = async ({ number, ...found }: Issue): Promise<KeptIssue> => {
    const said = found.body.slice(issue.marker.length + 1);
    if (found.title === title && saysThat(said)) return { number, action: 'unchanged' };
    await api.update(number, { title, body });
    return { number, action: 'updated' };
  };
  const [existing] = await openOnes(api, issue);
  if (existing !== undefined) return update(existing);
  const created = await api.create({ title, body, labels, assignees });
  const [oldest] = await openOnes(api, issue);
  if (oldest === undefined || oldest.number === created.number) return { number: created.number, action: 'opened' };
  await api.update(created.number, { open: false });
  return update(oldest);
}

/** Closes the open issue with this marker, with a comment that says why, and answers its number if there was one. */
export async function closeIssue(
  api: IssueApi,
  issue: Kept & { readonly comment: string },
): Promise<number | undefined> {
  const found = await openOnes(api, issue);
  for (const { number } of found) {
    await api.comment(number, issue.comment);
    await api.update(number, { open: false });
  }
  return found[0]?.number;
}

async function openOnes(api: IssueApi, { marker, author }: Kept): Promise<readonly Issue[]> {
  return (await api.list(author)).filter(
    (found) => found.open && found.author === author && found.body.startsWith(`${marker}\n`),
  );
}

export function octokitIssues(github: Octokit, repository: Repository): IssueApi {
  const toIssue = (data: {
    number: number;
    title: string;
    body?: string | null | undefined;
    state: string;
    user: { login: string } | null;
  }): Issue => ({
    number: data.number,
    title: data.title,
    // An edit in the browser writes other line ends.
    body: (data.body ?? '').replaceAll('\r\n', '\n'),
    author: data.user?.login ?? '',
    open: data.state === 'open',
  });
  return {
    async list(author) {
      const found = await github.paginate(github.rest.issues.listForRepo, {
        ...repository,
        creator: author,
        state: 'open',
        direction: 'asc',
        per_page: 100,
      });
      return found.filter(({ pull_request: pull }) => pull === undefined).map((data) => toIssue(data));
    },
    async create({ title, body, labels, assignees }) {
      const { data } = await github.rest.issues.create({ ...repository, title, body, labels: [...labels] });
      if (assignees.length > 0) {
        // GitHub leaves out, or refuses, who may not be assigned: an app, or somebody who has left.
        await github.rest.issues
          .addAssignees({ ...repository, issue_number: data.number, assignees: [...assignees] })
          .catch((error: unknown) => {
            if (!(error instanceof Error && 'status' in error && [403, 404, 422].includes(Number(error.status))))
              throw error;
          });
      }
      return toIssue(data);
    },
    async update(number, { title, body, open }) {
      await github.rest.issues.update({
        ...repository,
        issue_number: number,
        ...(title === undefined ? {} : { title }),
        ...(body === undefined ? {} : { body }),
        ...(open === undefined ? {} : { state: open ? 'open' : 'closed' }),
      });
    },
    async comment(number, body) {
      await github.rest.issues.createComment({ ...repository, issue_number: number, body });
    },
  };
}
