import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RunCommand } from '../process.ts';
import { readBaseImage, type BaseImage } from './base.ts';
import { TagTakenError, type BuildRequest, type ImageBuilder, type ImageContents } from './builder.ts';
import { composeImage, type ComposedImage } from './compose.ts';
import { readDockerfile } from './dockerfile.ts';
import { collectEntries, makeLayer, type Layer } from './layer.ts';
import { digestOf } from './manifest.ts';
import { parseReference } from './reference.ts';
import { RegistryClient, RegistryError } from './registry-client.ts';

/** So much of a failed build is shown once more with the error. */
const LAST_LINES = 15;

export interface DaemonlessDeps {
  readonly run: RunCommand;
  readonly log: Log;
  /** What makes the files that the Dockerfile copies, as words; run in the repository, as the Dockerfile's build stage runs it. */
  readonly build: readonly [string, ...string[]];
  readonly fetch?: typeof fetch;
}

/**
 * Builds an image without a container engine: the files are made on this machine and put as one layer on top of the base image, which
 * is copied from its registry. The same files and base give the same digest on any machine.
 */
export function daemonlessBuilder(deps: DaemonlessDeps): ImageBuilder {
  return {
    name: 'no container engine',
    buildAndPush: (request) => buildAndPush(request, deps),
  };
}

async function buildAndPush(request: BuildRequest, deps: DaemonlessDeps): Promise<ImageContents> {
  const { root, dockerfile, args, platform, login } = request;
  const { log, fetch } = deps;
  const target = parseReference(`${request.uri}:${request.tag}`);
  const network = fetch === undefined ? {} : { fetch };
  const text = await readFile(join(root, dockerfile), 'utf8').catch((cause: unknown) => {
    throw new UserError(`There is no ${dockerfile}.`, 'It says what the image is made of.', { cause });
  });
  const parsed = readDockerfile(text, { file: dockerfile, args, build: deps.build.join(' ') });
  const base = await readBaseImage(parsed.base, platform, {
    ...network,
    // A base image in our own registry (a mirror, a pull-through cache) wants the same login; others are public.
    credentialsFor: (host) => (host === target.host ? login : undefined),
  });
  const stage = parsed.finish(base.config.config ?? {});
  await runBuild(root, deps);
  const layer = await makeLayer(await collectEntries(root, stage));
  const image = composeImage(base, layer, stage);
  const registry = new RegistryClient(target.host, { ...network, credentials: login });
  log.info(`Pushing ${image.manifest.digest} to ${request.uri}`);
  await copyBase(base, registry, target.name, log);
  await pushOurs(registry, target.name, layer, image);
  try {
    await registry.putManifest(target.name, request.tag, image.manifest.mediaType, image.manifest.bytes);
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'TAG_INVALID') {
      throw new TagTakenError(error.message, { cause: error });
    }
    throw error;
  }
  return {
    base: `${base.reference} (${base.digest})`,
    baseBytes: base.manifest.layers.reduce((sum, { size }) => sum + size, 0),
    layerBytes: layer.bytes.length,
    files: layer.files,
  };
}

async function runBuild(root: string, { run, log, build }: DaemonlessDeps): Promise<void> {
  const [program, ...words] = build;
  const last: string[] = [];
  const onLine = (line: string): void => {
    log.info(line);
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
  };
  const code = await log.group(build.join(' '), () =>
    run(program, words, { cwd: root, onStdout: onLine, onStderr: onLine }),
  );
  if (code === 0) return;
  throw new UserError(
    `"${build.join(' ')}" failed with exit code ${code}.`,
    `Its last lines:\n${last.map((line) => `  ${line}`).join('\n')}`,
  );
}

/** One after the other: a layer is in memory while it is copied. */
async function copyBase(base: BaseImage, registry: RegistryClient, name: string, log: Log): Promise<void> {
  for (const { digest, size } of base.manifest.layers) {
    if (await registry.hasBlob(name, digest)) continue;
    if (base.client.host === registry.host && (await registry.mountBlob(name, digest, base.name))) continue;
    log.info(`Copying a layer of the base image (${(size / 1024 ** 2).toFixed(1)} MiB)`);
    const bytes = await base.client.blob(base.name, digest);
    await registry.pushBlob(name, digest, new Uint8Array(bytes));
  }
}

async function pushOurs(
  registry: RegistryClient,
  name: string,
  layer: Layer,
  { config }: ComposedImage,
): Promise<void> {
  for (const bytes of [layer.bytes, config.bytes]) {
    const digest = digestOf(bytes);
    if (!(await registry.hasBlob(name, digest))) await registry.pushBlob(name, digest, bytes);
  }
}
