import { readInputs } from '../../../service/deploy/inputs.ts';
import { renderTaskDefinition } from '../../../service/deploy/documents.ts';
import { isObject, type Json } from '../terraform/plan-json.ts';

/** What a release sets anew each time, so that it is no difference. */
const VERSION = 'VERSION';
/** What a release puts in place of these does not matter: image and commit are compared by themselves. */
const ANY_IMAGE = `any@sha256:${'0'.repeat(64)}`;
const ANY_COMMIT = '0'.repeat(40);

/** What ECS says of a task definition that nobody has registered. */
const NOT_REGISTERED: ReadonlySet<string> = new Set([
  ...['taskDefinitionArn', 'revision', 'status', 'requiresAttributes', 'compatibilities', 'tags'],
  ...['registeredAt', 'registeredBy', 'deregisteredAt', 'deleteRequestedAt'],
]);

/** What ECS fills in where nothing was said. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html */
const DEFAULTS: Readonly<Record<string, Json>> = {
  cpu: 0,
  essential: true,
  protocol: 'tcp',
  enableFaultInjection: false,
  operatingSystemFamily: 'LINUX',
  cpuArchitecture: 'X86_64',
};

/** A task definition by where its values are, in a form in which two that mean the same are the same. */
type Values = ReadonlyMap<string, string>;

/** What the build project is given to release: environment variables that Terraform writes. */
export interface ReleaseVariables {
  readonly TASK_DEFINITION?: string;
  readonly APPSPEC?: string;
}

/**
 * Where the task definition that a release would register now differs from one that runs, image and commit aside: names, such as
 * `memory` or `containerDefinitions.service.environment.LOG_LEVEL`. No values: an environment's are nobody's business.
 *
 * @param running as ECS describes it
 * @throws UserError if the build project has no task definition that could be released
 */
export function differences(variables: ReleaseVariables, running: object): readonly string[] {
  const release = readInputs({
    taskDefinition: variables.TASK_DEFINITION,
    appSpec: variables.APPSPEC,
    commit: ANY_COMMIT,
    imageDetail: JSON.stringify({ ImageURI: ANY_IMAGE }),
  });
  const container = release.appSpec.containerName;
  const wanted = valuesOf(renderTaskDefinition(release), container);
  const found = valuesOf(JSON.stringify(running), container);
  const places = new Set([...wanted.keys(), ...found.keys()]);
  return [...places].filter((place) => wanted.get(place) !== found.get(place)).toSorted();
}

/** How many hooks a release has, which CodeDeploy waits for. */
export function hookCount(variables: ReleaseVariables): number {
  const parsed: Json = JSON.parse(variables.APPSPEC ?? '{}');
  const hooks: Json = isObject(parsed) ? (parsed['hooks'] ?? null) : null;
  return isObject(hooks) ? Object.values(hooks).filter((hook) => typeof hook === 'string').length : 0;
}

function valuesOf(json: string, container: string): Values {
  const parsed: Json = JSON.parse(json);
  const values = new Map<string, string>();
  if (!isObject(parsed)) throw new Error('A task definition is an object.');
  for (const [key, value] of Object.entries(parsed)) {
    if (!NOT_REGISTERED.has(key)) collect([key], value, values);
  }
  values.delete(`containerDefinitions.${container}.image`);
  values.delete(`containerDefinitions.${container}.environment.${VERSION}`);
  return values;
}

function collect(path: readonly string[], value: Json, values: Map<string, string>): void {
  const key = path.at(-1) ?? '';
  if (value === null) return;
  if (Array.isArray(value)) {
    if (value.every((item: Json) => !isObject(item))) {
      // Fargate or EC2: a set. Commands and the like are in order.
      const items = key === 'requiresCompatibilities' ? value.map(String).toSorted() : value;
      if (items.length > 0) values.set(path.join('.'), JSON.stringify(items));
      return;
    }
    for (const [index, item] of value.entries()) collect([...path, nameOf(item, index)], item, values);
    return;
  }
  if (isObject(value)) {
    const { name: _, ...rest } = value;
    // A variable is its name and one value.
    const only = Object.keys(rest);
    if ('name' in value && only.length === 1 && (only[0] === 'value' || only[0] === 'valueFrom')) {
      values.set(path.join('.'), JSON.stringify(rest[only[0]]));
      return;
    }
    for (const [inner, item] of Object.entries(value)) {
      if (inner === 'name' && path.length > 0 && path.at(-1) === item) continue;
      if (DEFAULTS[inner] === item) continue;
      // With the network of its own that a Fargate task has, they are the same.
      if (inner === 'hostPort' && (item === value['containerPort'] || item === 0)) continue;
      collect([...path, inner], item, values);
    }
    return;
  }
  // A mode that is empty is not set.
  if (value !== '') values.set(path.join('.'), typeof value === 'string' ? value : JSON.stringify(value));
}

/** By what an item of a list is known: its order means nothing. */
function nameOf(item: Json, index: number): string {
  if (!isObject(item)) return String(index);
  const known = item['name'] ?? item['containerPort'];
  return typeof known === 'string' || typeof known === 'number' ? String(known) : String(index);
}
