import type { BuildProject, Builds } from '../../aws/builds.ts';
import type { ContainerServices, RunningService } from '../../aws/container-services.ts';
import type { ServiceTarget } from '../../aws/deploy-targets.ts';
import type { DeploymentWaits, ServiceDeployment, ServiceDeployments } from '../../aws/service-deployments.ts';

export const SERVICE: ServiceTarget = {
  pipeline: 'pipe',
  cluster: 'cluster',
  service: 'web',
  build_project: 'build',
  deploy_application: 'app',
  deploy_group: 'group',
};

/** What Terraform gives to the build project. */
export const TASK_DEFINITION = {
  family: 'web',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [
    {
      name: 'service',
      image: 'registry.example/service:initial',
      portMappings: [{ containerPort: 8080, hostPort: 8080, protocol: 'tcp' }],
      environment: [{ name: 'LOG_LEVEL', value: 'info' }],
      secrets: [{ name: 'API_KEY', valueFrom: 'arn:aws:ssm:eu-west-1:123456789012:parameter/key' }],
    },
  ],
};
export const APPSPEC = { containerName: 'service', containerPort: 8080 };

/** The task definition as ECS describes it, with what it fills in. */
export function described(
  image: string,
  change: (definition: typeof TASK_DEFINITION) => object = (same) => same,
): RunningService {
  const taskDefinitionArn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7';
  const [container] = TASK_DEFINITION.containerDefinitions;
  if (container === undefined) throw new Error('There is one.');
  const definition = {
    ...TASK_DEFINITION,
    containerDefinitions: [
      {
        ...container,
        image,
        cpu: 0,
        essential: true,
        mountPoints: [],
        volumesFrom: [],
        systemControls: [],
        environment: [{ name: 'VERSION', value: 'c0ffee' }, ...container.environment],
      },
    ],
  };
  return {
    taskDefinitionArn,
    taskDefinition: {
      taskDefinitionArn,
      revision: 7,
      status: 'ACTIVE',
      volumes: [],
      compatibilities: ['EC2', 'FARGATE'],
      registeredAt: new Date(0),
      ...change(definition),
    },
  };
}

/** A service that runs what it is told. */
export class FakeServices implements ContainerServices {
  current: RunningService | undefined;

  running(): Promise<RunningService | undefined> {
    return Promise.resolve(this.current);
  }
}

/** CodeBuild in memory; `stopped` are the builds that somebody has stopped. */
export class FakeBuilds implements Builds {
  readonly stopped: string[] = [];
  log: readonly string[] | Error = [];
  current: BuildProject | undefined = {
    timeoutMinutes: 15,
    variables: { TASK_DEFINITION: JSON.stringify(TASK_DEFINITION), APPSPEC: JSON.stringify(APPSPEC) },
  };

  project(): Promise<BuildProject | undefined> {
    return Promise.resolve(this.current);
  }

  logEnd(): Promise<readonly string[]> {
    return this.log instanceof Error ? Promise.reject(this.log) : Promise.resolve(this.log);
  }

  stop(id: string): Promise<void> {
    this.stopped.push(id);
    return Promise.resolve();
  }
}

/** CodeDeploy in memory; each look at a deployment answers the next state, the last of them for ever. */
export class FakeServiceDeployments implements ServiceDeployments {
  readonly stopped: string[] = [];
  states: ServiceDeployment[] = [{ status: 'InProgress', events: [], terminating: false }];
  current: DeploymentWaits = { shift: 5, ready: 0, termination: 5 };
  isOver = false;

  waits(): Promise<DeploymentWaits> {
    return Promise.resolve(this.current);
  }

  deployment(): Promise<ServiceDeployment> {
    const [first] = this.states;
    if (first === undefined) throw new Error('There is no state.');
    if (this.states.length > 1) this.states.shift();
    return Promise.resolve(first);
  }

  stop(id: string): Promise<boolean> {
    this.stopped.push(id);
    return Promise.resolve(!this.isOver);
  }
}
