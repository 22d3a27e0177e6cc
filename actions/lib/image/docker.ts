import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RunCommand } from '../process.ts';
import { TagTakenError, type BuildRequest, type ImageBuilder } from './builder.ts';
import { parseReference } from './reference.ts';
import type { Credentials } from './registry-client.ts';

/** Lets Docker know a registry's login. */
export type DockerLogin = (host: string, login: Credentials) => Promise<void>;

export interface DockerDeps {
  readonly run: RunCommand;
  readonly log: Log;
  readonly login: DockerLogin;
}

/** Whether a container engine answers: the program alone is often there without one. */
export async function hasDockerEngine(run: RunCommand): Promise<boolean> {
  try {
    return (await run('docker', ['version', '--format', '{{.Server.Version}}'])) === 0;
  } catch (error) {
    // Not installed.
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** How Docker words the registry's `TAG_INVALID`, and ECR its reason (moby/buildkit#3776). */
const TAG_TAKEN = /tag invalid|cannot be overwritten because/;

/** Builds with Docker, pushes with Docker. */
export function dockerBuilder({ run, log, login }: DockerDeps): ImageBuilder {
  const docker = async (what: string, args: readonly string[], cwd: string): Promise<void> => {
    let taken = false;
    const onLine = (line: string): void => {
      log.info(line);
      taken ||= TAG_TAKEN.test(line);
    };
    const code = await log.group(what, () => run('docker', args, { cwd, onStdout: onLine, onStderr: onLine }));
    if (code === 0) return;
    if (taken) throw new TagTakenError(`${what}: the tag is there already.`);
    throw new UserError(`${what} failed with exit code ${code}.`, 'Docker has said why, above.');
  };
  return {
    name: 'Docker',
    buildAndPush: async ({ root, dockerfile, platform, args, uri, tag, login: credentials }: BuildRequest) => {
      const reference = `${uri}:${tag}`;
      // Before the build: the base image may be in the same registry.
      await login(parseReference(reference).host, credentials);
      const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
      await docker(
        'docker build',
        // --provenance: an attestation would make an index of the image, whose digest is not the image's. --load: a builder that is a
        // container of its own (setup-buildx-action) would keep what it builds.
        [
          'build',
          '--file',
          dockerfile,
          '--platform',
          platform,
          '--provenance=false',
          '--load',
          ...given,
          '--tag',
          reference,
          '.',
        ],
        root,
      );
      await docker('docker push', ['push', reference], root);
      return undefined;
    },
  };
}

/** The password goes through standard input: arguments are seen by everybody on the machine. */
export const dockerLogin: DockerLogin = async (host, { username, password }) => {
  const child = spawn('docker', ['login', '--username', username, '--password-stdin', host], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // One that ends before it has read everything says why on its own.
  child.stdin.on('error', () => undefined);
  child.stdin.end(password);
  const [code, said] = await Promise.all([ended, text(child.stderr)]);
  if (code === 0) return;
  // Before its last line it tells what else it has tried.
  const reason = said.trim().split('\n').at(-1) ?? '';
  throw new UserError(`docker login at ${host} failed: ${reason}.`, 'Look at the configuration of Docker.');
};
