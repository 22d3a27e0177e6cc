import { BatchGetDeploymentsCommand, CodeDeployClient, ListDeploymentsCommand } from '@aws-sdk/client-codedeploy';
import {
  CodePipelineClient,
  GetPipelineStateCommand,
  ListPipelineExecutionsCommand,
  paginateListPipelines,
} from '@aws-sdk/client-codepipeline';
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { LambdaClient, ListAliasesCommand, paginateListFunctions } from '@aws-sdk/client-lambda';
import { clientOptions, type ServiceContext } from '../context.ts';

/** Who gets which part of the traffic, in percent. */
export type Split = readonly { readonly name: string; readonly percent: number }[];

export interface Pipeline {
  readonly name: string;
  readonly stages: readonly { readonly name: string; readonly status: string; readonly actions: readonly Step[] }[];
  /** The newest first. */
  readonly executions: readonly { readonly id: string; readonly status: string; readonly commit: string }[];
}

export interface Step {
  readonly name: string;
  readonly status: string;
  /** What it says of itself, or why it failed. */
  readonly said: string;
}

export interface Running {
  readonly aliases: readonly { readonly name: string; readonly split: Split }[];
  readonly listeners: readonly { readonly name: string; readonly split: Split }[];
  readonly pipelines: readonly Pipeline[];
  /** Those of CodeDeploy, the newest first. */
  readonly deployments: readonly {
    readonly id: string;
    readonly group: string;
    readonly status: string;
    readonly said: string;
  }[];
}

const LATEST = 5;
const DEPLOYMENTS = 10;

/** Asks the services as anybody could. A part that cannot be had is a sentence in its place. */
export async function look(context: Pick<ServiceContext, 'region' | 'endpointUrl'>): Promise<{
  readonly [Part in keyof Running]: Running[Part] | string;
}> {
  const options = clientOptions(context);
  const clients = {
    lambda: new LambdaClient(options),
    balancing: new ElasticLoadBalancingV2Client(options),
    pipelines: new CodePipelineClient(options),
    deployments: new CodeDeployClient(options),
  };
  try {
    const [aliases, listeners, pipelines, deployments] = await Promise.all([
      orWhy(aliasesOf(clients.lambda)),
      orWhy(listenersOf(clients.balancing)),
      orWhy(pipelinesOf(clients.pipelines)),
      orWhy(deploymentsOf(clients.deployments)),
    ]);
    return { aliases, listeners, pipelines, deployments };
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

async function orWhy<T>(part: Promise<T>): Promise<T | string> {
  try {
    return await part;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

async function aliasesOf(client: LambdaClient): Promise<Running['aliases']> {
  const found: Running['aliases'][number][] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName = '' } of Functions) {
      const { Aliases = [] } = await client.send(new ListAliasesCommand({ FunctionName }));
      for (const { Name = '', FunctionVersion = '', RoutingConfig } of Aliases) {
        const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
        const rest = others.reduce((sum, [, weight]) => sum - weight, 1);
        const split = [[FunctionVersion, rest] as const, ...others].map(([version, part]) => ({
          name: `version ${version}`,
          percent: Math.round(part * 100),
        }));
        found.push({ name: `${FunctionName}:${Name}`, split });
      }
    }
  }
  return found;
}

async function listenersOf(client: ElasticLoadBalancingV2Client): Promise<Running['listeners']> {
  const found: Running['listeners'][number][] = [];
  for await (const { LoadBalancers = [] } of paginateDescribeLoadBalancers({ client }, {})) {
    for (const { LoadBalancerArn, LoadBalancerName = '' } of LoadBalancers) {
      const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }));
      for (const { Port, Protocol, DefaultActions = [] } of Listeners) {
        const [action] = DefaultActions;
        const groups = action?.ForwardConfig?.TargetGroups ?? [];
        const total = groups.reduce((sum, { Weight = 1 }) => sum + Weight, 0);
        const split = groups.map(({ TargetGroupArn = '', Weight = 1 }) => ({
          name: TargetGroupArn.split('/')[1] ?? TargetGroupArn,
          percent: total === 0 ? 0 : Math.round((Weight / total) * 100),
        }));
        found.push({ name: `${LoadBalancerName}:${Port} (${Protocol})`, split });
      }
    }
  }
  return found;
}

async function pipelinesOf(client: CodePipelineClient): Promise<Pipeline[]> {
  const found: Pipeline[] = [];
  for await (const { pipelines = [] } of paginateListPipelines({ client }, {})) {
    for (const { name = '' } of pipelines) {
      const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name }));
      const list = new ListPipelineExecutionsCommand({ pipelineName: name, maxResults: LATEST });
      const { pipelineExecutionSummaries = [] } = await client.send(list);
      found.push({
        name,
        stages: stageStates.map(({ stageName = '', latestExecution, actionStates = [] }) => ({
          name: stageName,
          status: latestExecution?.status ?? '',
          actions: actionStates.map(({ actionName = '', latestExecution: action }) => ({
            name: actionName,
            status: action?.status ?? '',
            said: action?.errorDetails?.message ?? action?.summary ?? '',
          })),
        })),
        executions: pipelineExecutionSummaries.map(({ pipelineExecutionId = '', status = '', sourceRevisions }) => ({
          id: pipelineExecutionId,
          status,
          commit: sourceRevisions?.[0]?.revisionId?.slice(0, 7) ?? '',
        })),
      });
    }
  }
  return found;
}

async function deploymentsOf(client: CodeDeployClient): Promise<Running['deployments']> {
  const { deployments = [] } = await client.send(new ListDeploymentsCommand({}));
  const deploymentIds = deployments.slice(0, DEPLOYMENTS);
  if (deploymentIds.length === 0) return [];
  const { deploymentsInfo = [] } = await client.send(new BatchGetDeploymentsCommand({ deploymentIds }));
  return deploymentsInfo.map(({ deploymentId = '', deploymentGroupName = '', status = '', errorInformation }) => ({
    id: deploymentId,
    group: deploymentGroupName,
    status,
    said: errorInformation?.message ?? '',
  }));
}
