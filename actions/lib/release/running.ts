import type { ContainerServices } from '../aws/container-services.ts';
import type { ServiceTarget } from '../aws/deploy-targets.ts';
import { parseReference } from '../image/reference.ts';
import type { ImageRepository } from '../image/repository.ts';

/** What the service runs now. */
export interface Running {
  /** Family and revision, such as `rest-api-test:7`. */
  readonly name: string;
  /** As ECS describes it. */
  readonly taskDefinition: object;
  /** As the task definition names it. */
  readonly image: string;
  /** Absent if the image is not in our repository. */
  readonly digest?: string;
  /** The commits that the image is tagged with: one, if it is ours. */
  readonly commits: readonly string[];
}

const COMMIT = /^[0-9a-f]{40}$/;

/** `undefined` if nothing runs. */
export async function lookUpRunning(
  { cluster, service }: Pick<ServiceTarget, 'cluster' | 'service'>,
  {
    services,
    images,
  }: { readonly services: ContainerServices; readonly images: Pick<ImageRepository, 'uri' | 'find' | 'tags'> },
): Promise<Running | undefined> {
  const running = await services.running(cluster, service);
  if (running === undefined) return undefined;
  const { taskDefinitionArn, taskDefinition } = running;
  const image = taskDefinition.containerDefinitions?.[0]?.image ?? '';
  const found = {
    name: taskDefinitionArn.slice(taskDefinitionArn.lastIndexOf('/') + 1),
    taskDefinition,
    image,
    commits: [],
  };
  const own = parseReference(await images.uri());
  const { host, name, tag, digest: named } = parseReference(image);
  if (host !== own.host || name !== own.name) return found;
  // Terraform's first task definition names a tag, and tags never move.
  const digest = named ?? (tag === undefined ? undefined : (await images.find(tag))?.digest);
  if (digest === undefined) return found;
  const tags = (await images.tags(digest)) ?? [];
  return { ...found, digest, commits: tags.filter((candidate) => COMMIT.test(candidate)) };
}
