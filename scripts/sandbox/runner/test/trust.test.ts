import { describe, expect, test } from '@jest/globals';
import type { GitHubEvent } from '../../github/records.ts';
import { trustOf } from '../trust.ts';

function pullRequest(from: string, actor: string): GitHubEvent {
  const repository = { full_name: 'acme/small' };
  const payload = { repository, pull_request: { head: { repo: { full_name: from } } } };
  return { name: 'pull_request', ref: 'refs/pull/1/merge', sha: 'a', actor, payload };
}

describe('what a run is trusted with', () => {
  test.each<[string, GitHubEvent, boolean, boolean]>([
    ['a pull request', pullRequest('acme/small', 'ada'), false, true],
    ['one from a fork', pullRequest('mallory/small', 'mallory'), true, false],
    ['one from a fork, though a maintainer pushed to it', pullRequest('mallory/small', 'ada'), true, false],
    ['one by Dependabot', pullRequest('acme/small', 'dependabot[bot]'), true, true],
    ['a push', { ...pullRequest('', 'ada'), name: 'push' }, false, true],
    ['a push by Dependabot', { ...pullRequest('', 'dependabot[bot]'), name: 'push' }, true, true],
    ['a comment by somebody from outside', { ...pullRequest('', 'mallory'), name: 'issue_comment' }, false, true],
  ])('%s', (_, event, readOnly, variables) => {
    expect(trustOf(event)).toEqual({ readOnly, variables });
  });
});
