import type { Issue, IssueApi } from '../../github/issues.ts';

/** Issues in memory, as one account sees them. */
export class FakeIssues implements IssueApi {
  readonly issues: (Issue & { readonly labels: readonly string[]; readonly assignees: readonly string[] })[] = [];
  readonly comments: string[] = [];
  readonly #author: string;

  constructor(author: string) {
    this.#author = author;
  }

  list(author: string): Promise<readonly Issue[]> {
    return Promise.resolve(this.issues.filter((issue) => issue.author === author && issue.open));
  }

  create(issue: Parameters<IssueApi['create']>[0]): Promise<Issue> {
    return Promise.resolve(this.add(this.#author, issue));
  }

  add(author: string, issue: Parameters<IssueApi['create']>[0]): Issue {
    const made = { number: this.issues.length + 1, author, open: true, ...issue };
    this.issues.push(made);
    return made;
  }

  update(number: number, change: { title?: string; body?: string; open?: boolean }): Promise<void> {
    const index = this.issues.findIndex((issue) => issue.number === number);
    const found = this.issues[index];
    if (found === undefined) return Promise.reject(new Error(`There is no issue ${number}.`));
    this.issues[index] = { ...found, ...change };
    return Promise.resolve();
  }

  comment(number: number, body: string): Promise<void> {
    this.comments.push(`${number}: ${body}`);
    return Promise.resolve();
  }
}
