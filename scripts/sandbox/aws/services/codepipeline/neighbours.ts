import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  StartBuildCommand,
  type Build,
  type StartBuildInput,
} from '@aws-sdk/client-codebuild';
import {
  CodeDeployClient,
  CreateDeploymentCommand,
  GetDeploymentCommand,
  type CreateDeploymentInput,
  type DeploymentInfo,
} from '@aws-sdk/client-codedeploy';
import { CodeStarConnectionsClient, GetConnectionCommand, type Connection } from '@aws-sdk/client-codestar-connections';
import {
  CodestarNotificationsClient,
  DescribeNotificationRuleCommand,
  ListNotificationRulesCommand,
  type DescribeNotificationRuleResult,
} from '@aws-sdk/client-codestar-notifications';
import { ECSClient, RegisterTaskDefinitionCommand, type RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { clientOptions, type ServiceContext } from '../context.ts';
import { ActionError, type Location } from './records.ts';

/** What CodePipeline asks of other services. */
export class Neighbours {
  readonly #region: string;
  readonly #builds: CodeBuildClient;
  readonly #deployments: CodeDeployClient;
  readonly #connections: CodeStarConnectionsClient;
  readonly #notifications: CodestarNotificationsClient;
  readonly #ecs: ECSClient;
  readonly #s3: S3Client;
  readonly #sns: SNSClient;

  constructor(context: ServiceContext) {
    const options = clientOptions(context);
    this.#region = context.region;
    this.#builds = new CodeBuildClient(options);
    this.#deployments = new CodeDeployClient(options);
    this.#connections = new CodeStarConnectionsClient(options);
    this.#notifications = new CodestarNotificationsClient(options);
    this.#ecs = new ECSClient(options);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
    this.#sns = new SNSClient(options);
  }

  close(): void {
    const clients = [
      this.#builds,
      this.#deployments,
      this.#connections,
      this.#notifications,
      this.#ecs,
      this.#s3,
      this.#sns,
    ];
    for (const client of clients) client.destroy();
  }

  /** Where AWS's console shows it; nothing is there in the sandbox, but what reads answers finds the field. */
  consoleUrl(path: string): string {
    return `https://${this.#region}.console.aws.amazon.com/codesuite/${path}`;
  }

  async connection(ConnectionArn: string): Promise<Connection | undefined> {
    try {
      return (await this.#connections.send(new GetConnectionCommand({ ConnectionArn }))).Connection;
    } catch (error) {
      if (nameOf(error) === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  async putArtifact({ bucket, key }: Location, body: Uint8Array): Promise<void> {
    try {
      await this.#s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'application/zip' }),
      );
    } catch (cause) {
      if (nameOf(cause) !== 'NoSuchBucket') throw cause;
      throw new ActionError('ConfigurationError', `The artifact bucket ${bucket} does not exist.`, { cause });
    }
  }

  async artifact({ bucket, key }: Location): Promise<Uint8Array> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    if (Body === undefined) throw new Error(`s3://${bucket}/${key} is empty.`);
    return Body.transformToByteArray();
  }

  async startBuild(input: StartBuildInput): Promise<Build> {
    const { build } = await this.#builds.send(new StartBuildCommand(input));
    if (build === undefined) throw new Error('CodeBuild has started nothing.');
    return build;
  }

  async build(id: string): Promise<Build | undefined> {
    return (await this.#builds.send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0];
  }

  async registerTaskDefinition(input: RegisterTaskDefinitionCommandInput): Promise<string> {
    const { taskDefinition } = await this.#ecs.send(new RegisterTaskDefinitionCommand(input));
    if (taskDefinition?.taskDefinitionArn === undefined) throw new Error('ECS has registered nothing.');
    return taskDefinition.taskDefinitionArn;
  }

  async createDeployment(input: CreateDeploymentInput): Promise<string> {
    const { deploymentId } = await this.#deployments.send(new CreateDeploymentCommand(input));
    if (deploymentId === undefined) throw new Error('CodeDeploy has created nothing.');
    return deploymentId;
  }

  async deployment(deploymentId: string): Promise<DeploymentInfo | undefined> {
    try {
      return (await this.#deployments.send(new GetDeploymentCommand({ deploymentId }))).deploymentInfo;
    } catch (error) {
      if (nameOf(error) === 'DeploymentDoesNotExistException') return undefined;
      throw error;
    }
  }

  /** The notification rules of a resource. */
  async rules(resource: string): Promise<DescribeNotificationRuleResult[]> {
    const Filters = [{ Name: 'RESOURCE' as const, Value: resource }];
    const { NotificationRules = [] } = await this.#notifications.send(new ListNotificationRulesCommand({ Filters }));
    return Promise.all(
      NotificationRules.map(({ Arn }) => this.#notifications.send(new DescribeNotificationRuleCommand({ Arn }))),
    );
  }

  async publish(TopicArn: string, Message: string): Promise<void> {
    await this.#sns.send(new PublishCommand({ TopicArn, Message }));
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
