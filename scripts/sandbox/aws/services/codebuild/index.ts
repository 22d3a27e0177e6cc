import type { ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { buildOperations } from './builds.ts';
import { Engine } from './engine.ts';
import { Neighbours } from './neighbours.ts';
import { projectOperations } from './projects.ts';
import type { State } from './records.ts';

export interface CodeBuildOptions {
  /** What every build's commands see of this machine: how it reaches the outside. */
  readonly env: Readonly<Record<string, string>>;
}

/** CodeBuild whose builds run: the commands of the buildspec as processes of this machine, without a container around them. */
export function codebuildService(context: ServiceContext, { env }: CodeBuildOptions): SandboxService {
  const state = context.stores.open<State>('codebuild', { projects: {}, builds: {} }).value;
  const neighbours = new Neighbours(context);
  const engine = new Engine(context, state, neighbours, env);
  const operations = {
    ...projectOperations(state, context.region),
    ...buildOperations({ state, region: context.region, engine }),
  };
  return {
    handlers: [{ service: 'codebuild', handle: (request) => answerJson(request, operations) }],
    start: async () => engine.buryOld(),
    close: async () => {
      await engine.close();
      neighbours.close();
    },
  };
}
