import type { ActionDeclaration, PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import { AwsError } from '../json-protocol.ts';
import type { Declaration } from './records.ts';

/** The actions that the sandbox has: `<category>/<provider>`, and what their configuration must hold. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'Source/CodeStarSourceConnection': ['ConnectionArn', 'FullRepositoryId', 'BranchName'],
  'Build/CodeBuild': ['ProjectName'],
  'Test/CodeBuild': ['ProjectName'],
  'Deploy/CodeDeployToECS': [
    'ApplicationName',
    'DeploymentGroupName',
    'TaskDefinitionTemplateArtifact',
    'AppSpecTemplateArtifact',
  ],
};

export function kindOf({ actionTypeId }: ActionDeclaration): string {
  return `${actionTypeId?.category ?? ''}/${actionTypeId?.provider ?? ''}`;
}

/**
 * Checks what AWS checks when a pipeline is made or changed, and that the sandbox can run it.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
 */
export function checked(declaration: PipelineDeclaration | undefined): Declaration {
  const { name = '', stages = [], roleArn } = declaration ?? {};
  if (!/^[A-Za-z0-9.@\-_]{1,100}$/.test(name)) {
    throw new AwsError(
      'ValidationException',
      `Value '${name}' at 'pipeline.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9.@\\-_]+`,
    );
  }
  if (!(roleArn ?? '').startsWith('arn:')) throw structure('The pipeline needs a role.');
  if (stages.length < 2) throw structure('Pipeline should have at least two stages.');
  unique(
    'stage',
    stages.map((stage) => stage.name),
  );
  const store = declaration?.artifactStore ?? Object.values(declaration?.artifactStores ?? {})[0];
  if ((store?.location ?? '') === '') throw structure('The pipeline needs an artifact store.');
  if ((declaration?.executionMode ?? 'SUPERSEDED') !== 'SUPERSEDED' && declaration?.pipelineType !== 'V2') {
    throw structure(`The execution mode ${declaration?.executionMode} needs a pipeline of type V2.`);
  }
  const made = new Set<string>();
  for (const [index, { name: stage, actions = [] }] of stages.entries()) {
    if (actions.length === 0) throw structure(`Stage ${stage} has no action.`);
    unique(
      'action',
      actions.map((action) => action.name),
    );
    for (const action of inOrder(actions).flat()) checkAction(action, index === 0, made);
  }
  return { ...declaration, name, roleArn, stages };
}

/** Actions that run together, in the order of these groups. */
export function inOrder(actions: readonly ActionDeclaration[]): ActionDeclaration[][] {
  const groups = Map.groupBy(actions, ({ runOrder = 1 }) => runOrder);
  return [...groups].toSorted(([a], [b]) => a - b).map(([, group]) => group);
}

function checkAction(action: ActionDeclaration, first: boolean, made: Set<string>): void {
  const { name, configuration = {}, inputArtifacts = [], outputArtifacts = [] } = action;
  const kind = kindOf(action);
  const required = ACTIONS[kind];
  if (required === undefined) {
    const known = Object.keys(ACTIONS).join(', ');
    throw new AwsError(
      'InvalidActionDeclarationException',
      `ActionType (${kind}) of action ${name} is not available: the sandbox runs ${known}.`,
    );
  }
  if (first !== kind.startsWith('Source/')) {
    throw structure(
      first
        ? `Action ${name}: the first stage must only contain source actions.`
        : `Action ${name}: source actions can only occur in the first stage.`,
    );
  }
  const missing = required.find((key) => (configuration[key] ?? '') === '');
  if (missing !== undefined) {
    throw new AwsError(
      'InvalidActionDeclarationException',
      `Action configuration for action '${name}' is missing required configuration '${missing}'`,
    );
  }
  if ((configuration['OutputArtifactFormat'] ?? 'CODE_ZIP') !== 'CODE_ZIP') {
    throw new AwsError('InvalidActionDeclarationException', `Action ${name}: the sandbox hands on CODE_ZIP only.`);
  }
  const unknown = inputArtifacts.find((artifact) => !made.has(artifact.name ?? ''));
  if (unknown !== undefined) {
    throw structure(`Input Artifact Bundle ${unknown.name} in action ${name} is not declared as Output before it.`);
  }
  if (kind.startsWith('Source/') && outputArtifacts.length !== 1)
    throw structure(`Action ${name} needs one output artifact.`);
  if (kind.endsWith('/CodeBuild') && (inputArtifacts.length !== 1 || outputArtifacts.length > 1)) {
    throw new AwsError(
      'InvalidActionDeclarationException',
      `Action ${name}: the sandbox builds from one artifact, and makes one at most.`,
    );
  }
  for (const artifact of outputArtifacts) {
    const key = artifact.name ?? '';
    if (made.has(key)) throw structure(`Output Artifact Bundle name ${key} must be unique within the pipeline.`);
    made.add(key);
  }
}

function unique(what: string, names: readonly (string | undefined)[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw structure(`The ${what} name ${twice} is there twice.`);
}

function structure(message: string): AwsError {
  return new AwsError('InvalidStructureException', message);
}
