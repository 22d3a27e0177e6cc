import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { readDockerfile } from '../../image/dockerfile.ts';

const BUILD_STAGE = `ARG BASE_IMAGE=registry.example/node:24
FROM --platform=$BUILDPLATFORM \${BASE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/tmp/npm npm ci \\
  && make it
`;

function read(final: string, args: Record<string, string> = {}, build = 'make it') {
  return readDockerfile(`${BUILD_STAGE}${final}`, { file: 'Dockerfile', args, build });
}

const finish = (body: string, args: Record<string, string> = {}) =>
  read(`FROM \${BASE_IMAGE}\n${body}`, args).finish({
    Env: ['PATH=/bin'],
    Cmd: ['node'],
    User: 'root',
    Labels: { a: '1' },
  });

describe('a Dockerfile’s base image', () => {
  test('is its default, or what the build argument says', () => {
    expect(read('FROM ${BASE_IMAGE}').base).toBe('registry.example/node:24');
    expect(read('FROM $BASE_IMAGE', { BASE_IMAGE: 'mirror.example/node:24' }).base).toBe('mirror.example/node:24');
    expect(read('FROM --platform=$TARGETPLATFORM other:1').base).toBe('other:1');
  });

  test.each([
    ['FROM build', 'Dockerfile:7 begins its last stage from another stage'],
    ['FROM scratch', 'Dockerfile:7 begins its last stage from another stage'],
    ['FROM --platform=linux/arm64 x', 'Dockerfile:7 fixes the platform'],
    ['FROM ${MISSING}', 'Dockerfile:7 uses "MISSING", which has no value'],
  ])('is refused in "%s"', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});

describe('a Dockerfile’s last stage', () => {
  test('becomes the configuration of the image', () => {
    const { config, folders, copies } = finish(
      `ARG VERSION=unknown
ENV NODE_ENV=production \\
  VERSION=\${VERSION} QUOTED="two words"
ENV BOTH=$NODE_ENV-$VERSION
LABEL org.example.version="$VERSION"
WORKDIR /app
WORKDIR sub
COPY --from=build --chown=1:2 /src/dist/ ./
COPY --from=build /src/one /src/two more/
COPY --from=build /src/one other-name
USER 65532:65532
EXPOSE 8080 9090/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m30s --timeout=5s --retries=3 CMD ["node", "health.mjs"]
ENTRYPOINT ["node", "server.mjs"]`,
      { VERSION: 'abc', OTHER: 'not asked for' },
    );
    expect(config).toEqual({
      Env: ['PATH=/bin', 'NODE_ENV=production', 'VERSION=abc', 'QUOTED=two words', 'BOTH=production-abc'],
      Labels: { a: '1', 'org.example.version': 'abc' },
      WorkingDir: '/app/sub',
      User: '65532:65532',
      ExposedPorts: { '8080/tcp': {}, '9090/udp': {} },
      StopSignal: 'SIGTERM',
      Healthcheck: { Test: ['CMD', 'node', 'health.mjs'], Interval: 90e9, Timeout: 5e9, Retries: 3 },
      Entrypoint: ['node', 'server.mjs'],
    });
    expect(folders).toEqual(['/app', '/app/sub']);
    const root = { uid: 0, gid: 0 };
    expect(copies).toEqual([
      { source: 'dist', target: '/app/sub', intoFolder: true, uid: 1, gid: 2 },
      { source: 'one', target: '/app/sub/more', intoFolder: true, ...root },
      { source: 'two', target: '/app/sub/more', intoFolder: true, ...root },
      { source: 'one', target: '/app/sub/other-name', intoFolder: false, ...root },
    ]);
  });

  test('keeps what the base image has, but its arguments are for its own program', () => {
    expect(finish('USER 1').config.Cmd).toEqual(['node']);
    expect(finish('ENTRYPOINT ["x"]').config.Cmd).toBeUndefined();
    expect(finish('CMD ["y"]\nENTRYPOINT ["x"]').config).toMatchObject({ Entrypoint: ['x'], Cmd: ['y'] });
    expect(finish('HEALTHCHECK NONE').config.Healthcheck).toEqual({ Test: ['NONE'] });
    expect(finish('HEALTHCHECK CMD curl -f x').config.Healthcheck).toEqual({ Test: ['CMD-SHELL', 'curl -f x'] });
  });

  test.each([
    ['RUN apk add curl', 'Dockerfile:8 has RUN in its last stage, which only Docker can build.'],
    ['ADD https://example.com/x /x', 'has ADD in its last stage'],
    ['VOLUME /data', 'has VOLUME in its last stage'],
    ['COPY . .', 'copies from the context'],
    ['COPY --from=build --chmod=755 /src/x x', 'copies with --chmod'],
    ['COPY --from=build --chown=node /src/x x', 'gives files to somebody by name'],
    ['COPY --from=build /src/*.js ./', 'copies by a pattern'],
    ['COPY --from=build ["/src/a", "b"]', 'copies by a pattern'],
    ['COPY --from=build /etc/passwd ./', 'copies /etc/passwd'],
    ['COPY --from=nginx:1 /x ./', 'copies from "nginx:1", which is none of its stages'],
    ['ENTRYPOINT node server.mjs', 'is not in the exec form'],
    ['CMD []', 'is not in the exec form'],
    ['ENV A=$UNKNOWN', 'uses "UNKNOWN", which has no value'],
    ["ENV A='$PATH'", 'has a "$" in single quotes'],
    ['HEALTHCHECK --start-interval=1s CMD x', 'has --start-interval=1s'],
    ['HEALTHCHECK --interval=often CMD x', '"often" is no time'],
  ])('is refused with "%s", by a sentence', (line, message) => {
    const attempt = (): unknown => finish(line);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(message);
  });

  test('is refused when the build stage would do something else than is done here', () => {
    const dockerfile = read('FROM x\nCOPY --from=build /src/dist ./', {}, 'make something else');
    expect(() => dockerfile.finish({})).toThrow(
      'has a stage "build" that is not "COPY . ." and "RUN make something else"',
    );
  });
});

test('the service’s own Dockerfile can be carried out without Docker', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const text = await readFile(join(root, 'service/Dockerfile'), 'utf8');
  const dockerfile = readDockerfile(text, {
    file: 'service/Dockerfile',
    args: { VERSION: 'abc' },
    build: 'npm run build -w service',
  });
  expect(dockerfile.base).toMatch(/node:24/);
  const { config, copies } = dockerfile.finish({ Env: ['PATH=/bin'] });
  expect(config).toMatchObject({ WorkingDir: '/app', Entrypoint: ['node', 'server.mjs'], User: '65532:65532' });
  expect(config.Env).toContain('VERSION=abc');
  expect(copies.map(({ source, target }) => [source, target])).toEqual([['service/dist', '/app']]);
});
