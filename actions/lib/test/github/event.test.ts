import { describe, expect, test } from '@jest/globals';
import { pullRequestOf } from '../../github/event.ts';

const payload = (head: unknown) => ({
  repository: { full_name: 'owner/repo' },
  pull_request: { number: 7, head: { repo: head } },
});

describe('the pull request of an event', () => {
  test('is its number', () => {
    expect(pullRequestOf(payload({ full_name: 'owner/repo' }), 'octocat')).toEqual({ number: 7 });
  });

  test.each([
    ['comes from a fork', { full_name: 'mallory/repo' }],
    ['comes from a fork that was deleted', null],
    ['does not say where it comes from', undefined],
  ])('cannot be written to when it %s', (_, head) => {
    expect(pullRequestOf(payload(head), 'octocat')).toEqual({
      number: 7,
      readOnly: 'the pull request comes from a fork',
    });
  });

  test('cannot be written to by Dependabot', () => {
    expect(pullRequestOf(payload({ full_name: 'owner/repo' }), 'dependabot[bot]')).toEqual({
      number: 7,
      readOnly: 'Dependabot has a read-only token',
    });
  });

  test.each([[{}], [null], ['text'], [{ pull_request: null }], [{ pull_request: { number: '7' } }]])(
    'is none for a push or a strange payload: %j',
    (strange) => expect(pullRequestOf(strange, 'octocat')).toBeUndefined(),
  );
});
