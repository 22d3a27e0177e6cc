import type { ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { Engine } from './engine.ts';
import { executionOperations } from './executions.ts';
import { Neighbours } from './neighbours.ts';
import { pipelineOperations } from './pipelines.ts';
import type { State } from './records.ts';

export interface CodePipelineOptions {
  /** Git URL (or folder) of a repository that a source action names as `owner/name`. */
  readonly sourceUrl: (fullRepositoryId: string) => string;
}

/** CodePipeline whose actions are done: a commit is fetched, a build started and followed, a release deployed and followed. */
export function codepipelineService(context: ServiceContext, { sourceUrl }: CodePipelineOptions): SandboxService {
  const { value: state } = context.stores.open<State>('codepipeline', { pipelines: {}, executions: {} });
  const neighbours = new Neighbours(context);
  const engine = new Engine({ context, state, neighbours, sourceUrl });
  const operations = {
    ...pipelineOperations(state, context.region, engine),
    ...executionOperations(state, context.region, engine),
  };
  return {
    handlers: [{ service: 'codepipeline', handle: (request) => answerJson(request, operations) }],
    start: async () => engine.buryOld(),
    close: async () => {
      await engine.close();
      neighbours.close();
    },
  };
}
