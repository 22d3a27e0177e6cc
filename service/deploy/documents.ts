import { stringify } from 'yaml';
import type { AppSpec, TaskDefinition } from './inputs.ts';

/** What a release is made of. */
export type Release = {
  readonly taskDefinition: TaskDefinition;
  readonly appSpec: AppSpec;
  /** The image, by digest. */
  readonly image: string;
  /** The commit, for the service to say which it is; left out, the image's own word stands. */
  readonly commit?: string;
};

/** The task definition with the release's image, and the commit as the variable `VERSION` of the same container; all else stays. */
export function renderTaskDefinition({ taskDefinition, appSpec, image, commit }: Release): string {
  const containerDefinitions = taskDefinition.containerDefinitions.map((container) => {
    if (container.name !== appSpec.containerName) return container;
    if (commit === undefined) return { ...container, image };
    const others = (container.environment ?? []).filter(({ name }) => name !== 'VERSION');
    return { ...container, image, environment: [...others, { name: 'VERSION', value: commit }] };
  });
  return `${JSON.stringify({ ...taskDefinition, containerDefinitions }, null, 2)}\n`;
}

/**
 * The AppSpec of an ECS deployment. The pipeline registers the task definition and puts its ARN in the place of `<TASK_DEFINITION>`.
 * Source: https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 */
export function renderAppSpec({
  appSpec: { containerName, containerPort, capacityProvider, network, hooks },
}: Pick<Release, 'appSpec'>): string {
  const strategy =
    capacityProvider === undefined
      ? {}
      : // Without it a task set is made by launch type, whatever the service says; Spot would be lost with the first release.
        { CapacityProviderStrategy: [{ CapacityProvider: capacityProvider, Base: 0, Weight: 1 }] };
  // A service that CodeDeploy releases takes another network by a release only.
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
  const place =
    network === undefined
      ? {}
      : {
          NetworkConfiguration: {
            AwsvpcConfiguration: {
              Subnets: network.subnets,
              SecurityGroups: network.securityGroups,
              AssignPublicIp: network.assignPublicIp ? 'ENABLED' : 'DISABLED',
            },
          },
        };
  return stringify({
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: 'AWS::ECS::Service',
          Properties: {
            TaskDefinition: '<TASK_DEFINITION>',
            LoadBalancerInfo: { ContainerName: containerName, ContainerPort: containerPort },
            ...place,
            ...strategy,
          },
        },
      },
    ],
    ...(hooks.length === 0 ? {} : { Hooks: hooks.map(([event, lambda]) => ({ [event]: lambda })) }),
  }).replace('version: 0\n', 'version: 0.0\n');
}
