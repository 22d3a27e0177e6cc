import { describe, expect, test } from '@jest/globals';
import { mayAssume, type Claims } from './trust-policy.ts';

const ISSUER = 'token.actions.githubusercontent.com';

function policy(condition: unknown, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${ISSUER}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: condition,
        ...more,
      },
    ],
  });
}

const equal = (wanted: string | readonly string[]): unknown => ({ StringEquals: { [`${ISSUER}:sub`]: wanted } });
const like = (pattern: string): unknown => ({
  StringEquals: { [`${ISSUER}:aud`]: 'a' },
  StringLike: { [`${ISSUER}:sub`]: pattern },
});

describe('the evaluator of trust policies', () => {
  test.each<[string, unknown, Claims, boolean]>([
    ['the same text', equal('repo:a'), { sub: 'repo:a' }, true],
    ['one of several', equal(['repo:b', 'repo:a']), { sub: 'repo:a' }, true],
    ['another text', equal('repo:a'), { sub: 'repo:ab' }, false],
    ['another case', equal('repo:a'), { sub: 'repo:A' }, false],
    ['a claim that is not there', equal('repo:a'), {}, false],
    ['a star, which is a star there', equal('repo:*'), { sub: 'repo:a' }, false],
    ['like, with slashes and colons', like('repo:*:pull_request'), { aud: 'a', sub: 'repo:a/b:c:pull_request' }, true],
    ['like, with nothing', like('repo:*'), { aud: 'a', sub: 'repo:' }, true],
    ['like, with dots that are dots', like('a.b*'), { aud: 'a', sub: 'axb' }, false],
    ['like, in the middle of a text', like('repo:a'), { aud: 'a', sub: 'x repo:a' }, false],
    ['like, where the other condition fails', like('*'), { aud: 'b', sub: 'repo:a' }, false],
    ['one character', like('repo:?'), { aud: 'a', sub: 'repo:ab' }, false],
  ])('answers for %s', (_, condition, claims, expected) => {
    expect(mayAssume(policy(condition), claims)).toBe(expected);
  });

  test.each<[string, string]>([
    ['ForAllValues', policy({ 'ForAllValues:StringEquals': { [`${ISSUER}:aud`]: 'a' } })],
    ['StringEqualsIfExists', policy({ StringEqualsIfExists: { [`${ISSUER}:aud`]: 'a' } })],
    ['no condition', policy(undefined)],
    ['nothing that must be equal', policy({ StringLike: { [`${ISSUER}:sub`]: '*' } })],
    ['somebody else’s claims', policy({ StringEquals: { 'accounts.google.com:aud': 'a' } })],
    ['an action with a star', policy(equal('a'), { Action: 'sts:*' })],
    ['everybody', policy(equal('a'), { Principal: '*' })],
    ['a denial', policy(equal('a'), { Effect: 'Deny' })],
    ['more than it knows', policy(equal('a'), { NotPrincipal: {} })],
  ])('refuses a policy with %s', (_, text) => {
    expect(() => mayAssume(text, { sub: 'a', aud: 'a' })).toThrow(/does not know such a policy|is no claim of a token/);
  });
});
