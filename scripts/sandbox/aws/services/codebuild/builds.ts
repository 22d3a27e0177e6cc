import { randomUUID } from 'node:crypto';
import type {
  BatchGetBuildsInput,
  Build,
  ListBuildsForProjectInput,
  ListBuildsInput,
  StartBuildInput,
  StopBuildInput,
} from '@aws-sdk/client-codebuild';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { Engine } from './engine.ts';
import { completed, invalid, projectOf } from './projects.ts';
import type { BuildRecord, State } from './records.ts';

export interface BuildParts {
  readonly state: State;
  readonly region: string;
  readonly engine: Engine;
}

export function buildOperations(parts: BuildParts): Record<string, Operation> {
  const { state, region, engine } = parts;
  return {
    StartBuild: operation<StartBuildInput>((input) => startBuild(parts, input)),
    BatchGetBuilds: operation<BatchGetBuildsInput>(({ ids = [] }) => ({
      builds: ids.flatMap((id) => state.builds[idOf(id)] ?? []).map(described),
      buildsNotFound: ids.filter((id) => !Object.hasOwn(state.builds, idOf(id))),
    })),
    ListBuilds: operation<ListBuildsInput>(({ sortOrder }) => ({
      ids: sorted(Object.values(state.builds), sortOrder),
    })),
    ListBuildsForProject: operation<ListBuildsForProjectInput>(({ projectName, sortOrder }) => {
      const { name } = projectOf(state, projectName, region).settings;
      return {
        ids: sorted(
          Object.values(state.builds).filter(({ project }) => project === name),
          sortOrder,
        ),
      };
    }),
    StopBuild: operation<StopBuildInput>(async ({ id = '' }) => {
      const build = state.builds[idOf(id)];
      if (build === undefined) throw new AwsError('ResourceNotFoundException', `Build does not exist: ${id}`);
      // One that is over stays what it is.
      await engine.stop(build.id);
      return { build: described(build) };
    }),
  };
}

/** Newest first, unless it is wanted otherwise. */
function sorted(builds: readonly BuildRecord[], order: string | undefined): string[] {
  const ids = builds.toSorted((a, b) => a.start - b.start || a.number - b.number).map(({ id }) => id);
  return order === 'ASCENDING' ? ids : ids.toReversed();
}

/** Of an id or an ARN. */
function idOf(reference: string): string {
  return reference.startsWith('arn:') ? reference.slice(reference.lastIndexOf('/') + 1) : reference;
}

function startBuild({ state, region, engine }: BuildParts, input: StartBuildInput): object {
  const project = projectOf(state, input.projectName, region);
  const { idempotencyToken: token } = input;
  const before = Object.values(state.builds).find((build) => token !== undefined && build.token === token);
  if (before !== undefined) return { build: described(before) };
  const settings = completed(project, region);
  const source = {
    ...settings.source,
    type: input.sourceTypeOverride ?? settings.source?.type,
    ...(input.sourceLocationOverride === undefined ? {} : { location: input.sourceLocationOverride }),
    ...(input.buildspecOverride === undefined ? {} : { buildspec: input.buildspecOverride }),
  };
  if (source.type === 'CODEPIPELINE') {
    throw invalid('Project source type CODEPIPELINE: such a build is started by its pipeline only.');
  }
  if (source.type !== 'S3' && source.type !== 'NO_SOURCE') {
    throw invalid(`The sandbox builds from CODEPIPELINE, S3 and NO_SOURCE, not from ${source.type}.`);
  }
  if (source.type === 'S3' && !/^[^/]+\/.+$/.test(source.location ?? '')) {
    throw invalid('Invalid source location: it must be <bucket>/<key> of a zip.');
  }
  const variables = new Map(settings.environment.environmentVariables.map((variable) => [variable.name, variable]));
  for (const variable of input.environmentVariablesOverride ?? []) {
    variables.set(variable.name, { ...variable, type: variable.type ?? 'PLAINTEXT' });
  }
  // CodePipeline says them so; they are not the project's.
  const said = (name: string): string | undefined => variables.get(name)?.value;
  const resolved = said('CODEBUILD_RESOLVED_SOURCE_VERSION');
  const uuid = randomUUID();
  const id = `${project.settings.name}:${uuid}`;
  const cloudWatch = input.logsConfigOverride?.cloudWatchLogs ?? settings.logsConfig?.cloudWatchLogs;
  const number = project.builds + 1;
  state.projects[project.settings.name] = { ...project, builds: number };
  const prefix = cloudWatch?.streamName;
  const group = cloudWatch?.groupName ?? `/aws/codebuild/${project.settings.name}`;
  const stream = prefix === undefined ? uuid : `${prefix}/${uuid}`;
  const sourceVersion = input.sourceVersion ?? settings.sourceVersion;
  const build: BuildRecord = {
    id,
    arn: `arn:aws:codebuild:${region}:${ACCOUNT}:build/${id}`,
    number,
    project: project.settings.name,
    start: Date.now(),
    initiator: said('CODEBUILD_INITIATOR') ?? 'sandbox',
    source,
    artifacts: input.artifactsOverride ?? settings.artifacts,
    environment: { ...settings.environment, environmentVariables: [...variables.values()] },
    cache: input.cacheOverride ?? settings.cache,
    serviceRole: input.serviceRoleOverride ?? settings.serviceRole,
    timeoutInMinutes: input.timeoutInMinutesOverride ?? settings.timeoutInMinutes,
    queuedTimeoutInMinutes: input.queuedTimeoutInMinutesOverride ?? settings.queuedTimeoutInMinutes,
    encryptionKey: settings.encryptionKey,
    logs:
      cloudWatch?.status === 'DISABLED'
        ? { cloudWatchLogs: cloudWatch }
        : {
            groupName: group,
            streamName: stream,
            cloudWatchLogsArn: `arn:aws:logs:${region}:${ACCOUNT}:log-group:${group}:log-stream:${stream}`,
            cloudWatchLogs: cloudWatch ?? { status: 'ENABLED' },
          },
    status: 'IN_PROGRESS',
    phases: [],
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    ...(resolved === undefined ? {} : { resolvedSourceVersion: resolved }),
    ...(token === undefined ? {} : { token }),
  };
  state.builds[id] = build;
  engine.start(build);
  return { build: described(build) };
}

function described(build: BuildRecord): Build {
  const { id, arn, number, project, start, end, phases, status, result, exported, token: _, ...rest } = build;
  return {
    ...rest,
    id,
    arn,
    buildNumber: number,
    projectName: project,
    startTime: new Date(start),
    ...(end === undefined ? {} : { endTime: new Date(end) }),
    currentPhase: phases.at(-1)?.type ?? 'SUBMITTED',
    buildStatus: status,
    buildComplete: status !== 'IN_PROGRESS',
    artifacts: result ?? { location: '' },
    exportedEnvironmentVariables: exported ?? [],
    phases: phases.map((phase) => ({
      phaseType: phase.type,
      startTime: new Date(phase.start),
      contexts: phase.contexts,
      ...(phase.status === undefined ? {} : { phaseStatus: phase.status }),
      ...(phase.end === undefined
        ? {}
        : { endTime: new Date(phase.end), durationInSeconds: Math.round((phase.end - phase.start) / 1_000) }),
    })),
  };
}
