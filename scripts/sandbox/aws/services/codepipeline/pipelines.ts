import type {
  CreatePipelineInput,
  DeletePipelineInput,
  GetPipelineInput,
  ListPipelinesInput,
  ListTagsForResourceInput,
  PipelineDeclaration,
  Tag,
  TagResourceInput,
  UntagResourceInput,
  UpdatePipelineInput,
} from '@aws-sdk/client-codepipeline';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { Engine } from './engine.ts';
import type { PipelineRecord, State } from './records.ts';
import { checked } from './validation.ts';

/** Pipelines as they are declared. */
export function pipelineOperations(state: State, region: string, engine: Engine): Record<string, Operation> {
  return {
    CreatePipeline: operation<CreatePipelineInput>((input) => {
      const declaration = checked(input.pipeline);
      if (Object.hasOwn(state.pipelines, declaration.name)) {
        throw new AwsError(
          'PipelineNameInUseException',
          `A pipeline with the name '${declaration.name}' already exists in account '${ACCOUNT}'`,
        );
      }
      const now = Date.now();
      const record: PipelineRecord = {
        createdAt: now,
        changedAt: now,
        version: 1,
        declaration,
        tags: input.tags ?? [],
      };
      state.pipelines[declaration.name] = record;
      return { pipeline: view(record), tags: record.tags };
    }),
    GetPipeline: operation<GetPipelineInput>(({ name, version }) => {
      const record = pipelineOf(state, name);
      if (version !== undefined && version !== record.version) {
        throw new AwsError(
          'PipelineVersionNotFoundException',
          `The sandbox keeps version ${record.version} of ${name} only.`,
        );
      }
      const metadata = {
        pipelineArn: arnOf(region, record.declaration.name),
        created: new Date(record.createdAt),
        updated: new Date(record.changedAt),
      };
      return { pipeline: view(record), metadata };
    }),
    UpdatePipeline: operation<UpdatePipelineInput>(({ pipeline }) => {
      const record = pipelineOf(state, pipeline?.name);
      record.declaration = checked(pipeline);
      record.version += 1;
      record.changedAt = Date.now();
      return { pipeline: view(record) };
    }),
    // One that is not there is no error: https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_DeletePipeline.html
    DeletePipeline: operation<DeletePipelineInput>(async ({ name = '' }) => {
      await engine.forget(name);
      delete state.pipelines[name];
      return {};
    }),
    ListPipelines: operation<ListPipelinesInput>(() => ({
      pipelines: Object.values(state.pipelines).map(({ declaration, version, createdAt, changedAt }) => ({
        name: declaration.name,
        version,
        pipelineType: declaration.pipelineType ?? 'V1',
        executionMode: declaration.executionMode ?? 'SUPERSEDED',
        created: new Date(createdAt),
        updated: new Date(changedAt),
      })),
    })),
    ListTagsForResource: operation<ListTagsForResourceInput>(({ resourceArn }) => ({
      tags: tagged(state, region, resourceArn).tags,
    })),
    TagResource: operation<TagResourceInput>(({ resourceArn, tags = [] }) => {
      const record = tagged(state, region, resourceArn);
      const keys = tags.map(({ key }) => key);
      record.tags = [...without(record.tags, keys), ...tags];
      return {};
    }),
    UntagResource: operation<UntagResourceInput>(({ resourceArn, tagKeys = [] }) => {
      const record = tagged(state, region, resourceArn);
      record.tags = without(record.tags, tagKeys);
      return {};
    }),
  };
}

export function arnOf(region: string, pipeline: string): string {
  return `arn:aws:codepipeline:${region}:${ACCOUNT}:${pipeline}`;
}

export function pipelineOf(state: State, name = ''): PipelineRecord {
  const record = Object.hasOwn(state.pipelines, name) ? state.pipelines[name] : undefined;
  if (record === undefined) {
    throw new AwsError(
      'PipelineNotFoundException',
      `Account '${ACCOUNT}' does not have a pipeline with name '${name}'`,
    );
  }
  return record;
}

/** With what AWS fills in. */
function view({ declaration, version }: PipelineRecord): PipelineDeclaration {
  return {
    ...declaration,
    version,
    pipelineType: declaration.pipelineType ?? 'V1',
    executionMode: declaration.executionMode ?? 'SUPERSEDED',
    stages: declaration.stages.map((stage) => ({
      ...stage,
      actions: (stage.actions ?? []).map((action) => ({
        ...action,
        runOrder: action.runOrder ?? 1,
        configuration: action.configuration ?? {},
        inputArtifacts: action.inputArtifacts ?? [],
        outputArtifacts: action.outputArtifacts ?? [],
      })),
    })),
  };
}

function tagged(state: State, region: string, arn = ''): PipelineRecord {
  const prefix = arnOf(region, '');
  const name = arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined;
  if (name === undefined) throw new AwsError('InvalidArnException', `Invalid resource ARN: ${arn}`);
  if (!Object.hasOwn(state.pipelines, name)) {
    throw new AwsError('ResourceNotFoundException', `The resource ${arn} was not found.`);
  }
  return pipelineOf(state, name);
}

function without(tags: readonly Tag[], keys: readonly (string | undefined)[]): Tag[] {
  return tags.filter(({ key }) => !keys.includes(key));
}
