import type {
  BatchGetProjectsInput,
  CreateProjectInput,
  DeleteProjectInput,
  ListProjectsInput,
  Project,
  UpdateProjectInput,
} from '@aws-sdk/client-codebuild';
import { ACCOUNT } from '../context.ts';
import { AwsError, operation, type Operation } from '../json-protocol.ts';
import type { ProjectRecord, State } from './records.ts';

export function projectOperations(state: State, region: string): Record<string, Operation> {
  return {
    CreateProject: operation<CreateProjectInput>((input) => {
      const { name = '' } = input;
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$/.test(name)) {
        throw invalid(
          `Invalid project name: "${name}" must be 2 to 150 letters, digits, - and _, and begin with none of these.`,
        );
      }
      if (Object.hasOwn(state.projects, name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Project already exists: ${state.projects[name]?.arn}`);
      }
      requireParts(input);
      const project: ProjectRecord = {
        arn: `arn:aws:codebuild:${region}:${ACCOUNT}:project/${name}`,
        created: Date.now(),
        modified: Date.now(),
        settings: { ...input, name },
        builds: 0,
      };
      state.projects[name] = project;
      return { project: described(project, region) };
    }),
    UpdateProject: operation<UpdateProjectInput>((input) => {
      const before = projectOf(state, input.name, region);
      const { name } = before.settings;
      // What is not given stays as it is.
      const settings = { ...before.settings, ...input, name };
      requireParts(settings);
      const project = { ...before, settings, modified: Date.now() };
      state.projects[name] = project;
      return { project: described(project, region) };
    }),
    // One that is not there is no error.
    DeleteProject: operation<DeleteProjectInput>(({ name }) => {
      delete state.projects[nameOf(name)];
      return {};
    }),
    BatchGetProjects: operation<BatchGetProjectsInput>(({ names = [] }) => {
      const found = names.flatMap((name) => state.projects[nameOf(name)] ?? []);
      return {
        projects: found.map((project) => described(project, region)),
        projectsNotFound: names.filter((name) => !Object.hasOwn(state.projects, nameOf(name))),
      };
    }),
    ListProjects: operation<ListProjectsInput>(({ sortOrder }) => {
      const names = Object.keys(state.projects).toSorted();
      return { projects: sortOrder === 'DESCENDING' ? names.toReversed() : names };
    }),
  };
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

/** Of a name or an ARN. */
function nameOf(reference = ''): string {
  return reference.startsWith('arn:') ? reference.slice(reference.lastIndexOf('/') + 1) : reference;
}

/** @throws AwsError when there is none */
export function projectOf(state: State, reference: string | undefined, region: string): ProjectRecord {
  const name = nameOf(reference);
  const project = Object.hasOwn(state.projects, name) ? state.projects[name] : undefined;
  if (project === undefined) {
    const arn = `arn:aws:codebuild:${region}:${ACCOUNT}:project/${name}`;
    throw new AwsError('ResourceNotFoundException', `Project cannot be found: ${arn}`);
  }
  return project;
}

function requireParts({ source, artifacts, environment, serviceRole, timeoutInMinutes }: Partial<CreateProjectInput>) {
  if (source?.type === undefined) throw invalid('Project source is required.');
  if (artifacts?.type === undefined) throw invalid('Project artifacts are required.');
  if (environment?.image === undefined) throw invalid('Project environment is required, with an image.');
  if ((serviceRole ?? '') === '') throw invalid('Project service role is required.');
  if ((source.type === 'CODEPIPELINE') !== (artifacts.type === 'CODEPIPELINE')) {
    throw invalid('Invalid artifacts: source and artifacts must both be of the type CODEPIPELINE, or neither.');
  }
  if (source.type === 'NO_SOURCE' && (source.buildspec ?? '') === '') {
    throw invalid('Invalid input: when using source type NO_SOURCE, an inline buildspec is required.');
  }
  if (timeoutInMinutes !== undefined && (timeoutInMinutes < 5 || timeoutInMinutes > 2_160)) {
    throw invalid('Invalid timeoutInMinutes: it must be between 5 and 2160.');
  }
}

/** With what a project has when nothing is said. */
export function completed({ settings }: ProjectRecord, region: string) {
  const { artifacts, environment } = settings;
  const own = artifacts?.type === 'CODEPIPELINE' || artifacts?.type === 'S3';
  return {
    ...settings,
    artifacts: {
      ...(own ? { name: settings.name, packaging: 'NONE' as const, encryptionDisabled: false } : {}),
      type: 'NO_ARTIFACTS' as const,
      ...artifacts,
    },
    environment: {
      image: '',
      type: 'LINUX_CONTAINER' as const,
      computeType: 'BUILD_GENERAL1_SMALL' as const,
      privilegedMode: false,
      imagePullCredentialsType: 'CODEBUILD' as const,
      ...environment,
      environmentVariables: (environment?.environmentVariables ?? []).map((variable) => ({
        ...variable,
        type: variable.type ?? ('PLAINTEXT' as const),
      })),
    },
    cache: { type: 'NO_CACHE' as const, ...settings.cache },
    timeoutInMinutes: settings.timeoutInMinutes ?? 60,
    queuedTimeoutInMinutes: settings.queuedTimeoutInMinutes ?? 480,
    encryptionKey: settings.encryptionKey ?? `arn:aws:kms:${region}:${ACCOUNT}:alias/aws/s3`,
    serviceRole: settings.serviceRole ?? '',
  };
}

function described(project: ProjectRecord, region: string): Project {
  const { badgeEnabled = false, ...settings } = completed(project, region);
  return {
    projectVisibility: 'PRIVATE',
    ...settings,
    arn: project.arn,
    created: new Date(project.created),
    lastModified: new Date(project.modified),
    badge: { badgeEnabled },
  };
}
