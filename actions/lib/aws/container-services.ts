import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';

/** What a service runs: its primary task set. */
export interface RunningService {
  /** The ARN of its task definition, which ends with family and revision. */
  readonly taskDefinitionArn: string;
  /** As ECS describes it. */
  readonly taskDefinition: TaskDefinition;
}

/** Amazon ECS; the real one is `ecsServices`. */
export interface ContainerServices {
  /** `undefined` if there is no such service, or it has never run anything. */
  running(cluster: string, service: string): Promise<RunningService | undefined>;
}

/** Needs `ecs:DescribeServices` and `ecs:DescribeTaskDefinition`. */
export function ecsServices(client: ECSClient = new ECSClient({})): ContainerServices {
  return {
    async running(cluster, service) {
      const { services = [], failures = [] } = await client.send(
        new DescribeServicesCommand({ cluster, services: [service] }),
      );
      const found = services.find(({ status }) => status !== 'INACTIVE');
      const refused = failures.find(({ reason }) => reason !== 'MISSING');
      if (refused !== undefined) throw new Error(`ECS could not describe ${service}: ${refused.reason ?? ''}`);
      // CodeDeploy moves the primary task set; the service's own field follows it.
      const primary = found?.taskSets?.find(({ status }) => status === 'PRIMARY');
      const taskDefinitionArn = primary?.taskDefinition ?? found?.taskDefinition;
      if (taskDefinitionArn === undefined) return undefined;
      const { taskDefinition } = await client.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinitionArn }),
      );
      if (taskDefinition === undefined) throw new Error(`ECS has answered without ${taskDefinitionArn}.`);
      return { taskDefinitionArn, taskDefinition };
    },
  };
}
