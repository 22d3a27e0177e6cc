import type { ImageBuilder } from './builder.ts';
import { daemonlessBuilder, type DaemonlessDeps } from './daemonless.ts';
import { dockerBuilder, hasDockerEngine, type DockerLogin } from './docker.ts';
import { isLocal, parseReference } from './reference.ts';

export const BUILDERS = ['auto', 'docker', 'daemonless'] as const;
export type BuilderChoice = (typeof BUILDERS)[number];

/**
 * Docker where an engine answers, else our own. For a registry on this machine it is ours too: the engine may be on another one (as in
 * Docker Desktop), where 127.0.0.1 is not here, and the sandbox's base image holds nothing that could run.
 */
export async function chooseBuilder(
  choice: BuilderChoice,
  uri: string,
  deps: DaemonlessDeps & { readonly login: DockerLogin },
): Promise<ImageBuilder> {
  const isDocker =
    choice === 'docker' ||
    (choice === 'auto' && !isLocal(parseReference(uri).host) && (await hasDockerEngine(deps.run)));
  return isDocker ? dockerBuilder(deps) : daemonlessBuilder(deps);
}
