import { created, found, ok, page, type Handlers } from '../answers.ts';
import { emit } from '../events.ts';
import type { Hub } from '../hub.ts';
import { checkBody, commentObject, issueObject } from '../issue-object.ts';
import type { Account, CommentRecord, IssueRecord } from '../records.ts';
import { now } from '../store.ts';

/** Comments of issues and pull requests. */
export function comments(hub: Hub): Handlers {
  const { store } = hub;
  const one = (number: number): IssueRecord => found(store.state.issues.find((issue) => issue.number === number));
  const comment = (id: number): CommentRecord => found(store.state.comments.find((entry) => entry.id === id));

  // Its workflows are the default branch's, whatever the pull request.
  const emitComment = async (
    actor: Account,
    entry: CommentRecord,
    said: { action: string; changes?: object },
  ): Promise<void> => {
    const ref = `refs/heads/${hub.defaultBranch}`;
    const sha = await hub.git.resolve(ref);
    if (sha === undefined) return;
    const payload = { ...said, issue: issueObject(hub, one(entry.issue)), comment: commentObject(hub, entry) };
    emit(hub, actor, { name: 'issue_comment', ref, sha, payload });
  };

  return {
    'issues/list-comments': ({ path, query, url }) => {
      const { number } = one(path.issue_number);
      const listed = store.state.comments.filter((entry) => entry.issue === number);
      const recent = listed.filter(({ updated_at }) => updated_at >= (query.since ?? ''));
      return page({ query, url }, recent, (entry) => commentObject(hub, entry));
    },
    'issues/create-comment': async ({ path, body, actor }) => {
      const issue = one(path.issue_number);
      checkBody('IssueComment', body.body);
      const times = { created_at: now(), updated_at: now() };
      const entry: CommentRecord = {
        id: store.id(),
        issue: issue.number,
        author: actor.login,
        body: body.body,
        ...times,
      };
      store.state.comments.push(entry);
      issue.updated_at = now();
      await emitComment(actor, entry, { action: 'created' });
      return created(commentObject(hub, entry));
    },
    'issues/get-comment': ({ path }) => ok(commentObject(hub, comment(path.comment_id))),
    'issues/update-comment': async ({ path, body, actor }) => {
      checkBody('IssueComment', body.body);
      const entry = comment(path.comment_id);
      const from = entry.body;
      Object.assign(entry, { body: body.body, updated_at: now() });
      // As at GitHub, the same text once more is no edit.
      if (from !== entry.body) await emitComment(actor, entry, { action: 'edited', changes: { body: { from } } });
      return ok(commentObject(hub, entry));
    },
    'issues/delete-comment': async ({ path, actor }) => {
      const entry = comment(path.comment_id);
      store.state.comments = store.state.comments.filter(({ id }) => id !== entry.id);
      await emitComment(actor, entry, { action: 'deleted' });
      return { status: 204 };
    },
  };
}
