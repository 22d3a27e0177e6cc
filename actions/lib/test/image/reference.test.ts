import { describe, expect, test } from '@jest/globals';
import { isLocal, parseReference } from '../../image/reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('a reference', () => {
  test.each([
    ['127.0.0.1:5000/name:tag', { host: '127.0.0.1:5000', name: 'name', tag: 'tag' }],
    ['localhost/name', { host: 'localhost', name: 'name', tag: 'latest' }],
    [`registry.example.com/team/name@${digest}`, { host: 'registry.example.com', name: 'team/name', digest }],
    [`registry.example.com/name:1.2@${digest}`, { host: 'registry.example.com', name: 'name', tag: '1.2', digest }],
    ['node:24-alpine', { host: 'registry-1.docker.io', name: 'library/node', tag: '24-alpine' }],
    ['docker.io/team/name', { host: 'registry-1.docker.io', name: 'team/name', tag: 'latest' }],
    ['team/name:1', { host: 'registry-1.docker.io', name: 'team/name', tag: '1' }],
  ])('%s is understood as Docker does', (text, expected) => {
    expect(parseReference(text)).toEqual(expected);
  });

  test.each(['', 'Upper/case', 'name:', 'host.example/', 'name@sha256:12', '../up', 'a b'])(
    '"%s" is refused with what to write',
    (text) => {
      expect(() => parseReference(text)).toThrow(`"${text}" does not name an image.`);
    },
  );
});

test('only a registry on this machine is spoken to without TLS', () => {
  expect(
    ['127.0.0.1:80', '127.0.1.2', 'localhost:5000', '127.0.0.1.example.com', 'localhost.example', '10.0.0.1'].map(
      isLocal,
    ),
  ).toEqual([true, true, true, false, false, false]);
});
