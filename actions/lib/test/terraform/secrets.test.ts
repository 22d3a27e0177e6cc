import { describe, expect, test } from '@jest/globals';
import { hasSecretShape, isSecretName, redact } from '../../terraform/secrets.ts';

describe('a name speaks of a secret', () => {
  test.each([
    'password',
    'DB_PASSWORD',
    'dbPassword',
    'master_password',
    'secret_string',
    'AWS_SECRET_ACCESS_KEY',
    'clientSecret',
    'client_secret_android', // ends like "id", but only as letters
    'GITHUB_TOKEN',
    'private_key_pem',
    'x-api-key',
    'API_KEY',
    'credentials',
    'connection_string',
    'SECRETARN', // one word for all that can be seen, so better hidden
    'token.actions.githubusercontent.com:api_token',
  ])('%s', (name) => expect(isSecretName(name)).toBe(true));

  test.each([
    'name',
    'key',
    'api_key_id',
    'api_key_source',
    'api_key_required',
    'secret_arn',
    'secretArn',
    'secret_name',
    'token_ttl',
    'tokenTTL',
    'password_wo_version',
    'minimum_password_length',
    'token_type',
    'kms_key_id',
    'handler',
    'token.actions.githubusercontent.com:sub',
  ])('but %s does not', (name) => expect(isSecretName(name)).toBe(false));
});

/** Put together here, so that no scanner takes the tests for a leak. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['AWS access key id', `AKIA${'A1B2'.repeat(4)}`],
  ['temporary AWS access key id', `ASIA${'A1B2'.repeat(4)}`],
  ['GitHub token', `ghp_${'a1B2'.repeat(9)}`],
  ['GitHub token of an app', `ghs_${'a1B2'.repeat(9)}`],
  ['fine-grained GitHub token', `github_pat_${'a1B2'.repeat(6)}`],
  ['GitLab token', `glpat-${'a1B2'.repeat(5)}`],
  ['Slack token', `xoxb-${'1234'.repeat(3)}-abc`],
  ['Stripe key', `sk_live_${'a1B2'.repeat(4)}`],
  ['Google key', `AIza${'a1B2c'.repeat(7)}`],
  ['npm token', `npm_${'a1B2'.repeat(9)}`],
  ['JSON web token', `eyJ${'a1B2'.repeat(5)}.eyJ${'a1B2'.repeat(5)}.${'c3D4'.repeat(5)}`],
  ['URL with user and password', 'postgres://admin:hunter2@db.internal:5432/app'],
  ['URL with a password alone', 'redis://:hunter2@cache.internal:6379'],
  ['URL with a colon in its password', 'HTTPS://admin:hun:ter2@example.com'],
];

describe('a value has the shape of a credential', () => {
  test.each(TOKENS)('%s', (_, token) => {
    expect(hasSecretShape(token)).toBe(true);
    expect(hasSecretShape(`before "${token}" after`)).toBe(true);
    expect(hasSecretShape(`line\n${token}\nline`)).toBe(true);
    expect(redact(`before ${token} after`)).not.toContain(token);
    expect(redact(`before ${token} after`)).toContain('before (sensitive)');
  });

  test.each([
    'arn:aws:lambda:eu-west-1:111122223333:function:replace-strings',
    'https://example.com/path?query=1',
    '2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824',
    'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    'mailto:someone@example.com',
    '',
  ])('but not %s', (text) => {
    expect(hasSecretShape(text)).toBe(false);
    expect(redact(text)).toBe(text);
  });

  const block = (kind: string, body: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`;

  test.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'])(
    'a %s is removed with its body, also when its end is cut off',
    (kind) => {
      const text = block(kind, 'MIIEpQIBAAKCAQEA');
      expect(redact(`a ${text} b`)).toBe('a (sensitive) b');
      expect(redact(`a ${text.slice(0, -12)}`)).toBe('a (sensitive)');
    },
  );

  test('a certificate is no secret', () => {
    expect(hasSecretShape(block('CERTIFICATE', 'MIIEpQIBAAKCAQEA'))).toBe(false);
  });
});

describe('redact hides what a message says that a secret is', () => {
  test.each([
    ['export DB_PASSWORD=hunter2 && run', 'export DB_PASSWORD=(sensitive) && run'],
    ['password = "hunter2 with \\" in it"', 'password = (sensitive)'],
    ['{"name": "DB_PASSWORD", "value": "hunter2"}', '{"name": "DB_PASSWORD", "value": "(sensitive)"}'],
    ["api_key='hunter2'", 'api_key=(sensitive)'],
    [String.raw`{\"password\":\"hunter2\"}`, String.raw`{\"password\":(sensitive)}`],
  ])('%s', (text, shown) => expect(redact(text)).toBe(shown));

  test.each([
    'ExpiredToken: The security token included in the request is expired',
    'secret_arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db"',
    'Error: Invalid value for "name"',
  ])('and leaves prose: %s', (text) => expect(redact(text)).toBe(text));
});

describe('a megabyte takes no longer than it must', () => {
  test.each([
    ['words', 'a'],
    ['names with dots', 'a.'],
    ['beginnings of tokens', '-eyJaaaaaaaaaaaaa'],
    ['beginnings of URLs', 'https://x:'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['assignments that do not end', 'password="'],
    ['beginnings of keys', '-----BEGIN A '],
  ])('%s', (_, part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length));
    const started = performance.now();
    hasSecretShape(text);
    redact(text);
    // Quadratic time would be minutes; linear is far below a second.
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
