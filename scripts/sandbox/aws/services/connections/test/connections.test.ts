import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CodeStarConnectionsClient,
  CreateConnectionCommand,
  DeleteConnectionCommand,
  GetConnectionCommand,
  ListConnectionsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-codestar-connections';
import {
  CodestarNotificationsClient,
  CreateNotificationRuleCommand,
  DeleteNotificationRuleCommand,
  DeleteTargetCommand,
  DescribeNotificationRuleCommand,
  ListNotificationRulesCommand,
  ListTargetsCommand,
  TagResourceCommand as TagRuleCommand,
  UntagResourceCommand as UntagRuleCommand,
  UpdateNotificationRuleCommand,
  type CreateNotificationRuleCommandInput,
} from '@aws-sdk/client-codestar-notifications';
import { startFrontDoor } from '../../../front-door.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { connectionsService } from '../index.ts';

let connections: CodeStarConnectionsClient;
let notifications: CodestarNotificationsClient;
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  const context: ServiceContext = {
    region: 'eu-west-1',
    endpointUrl: '',
    stores: new Stores(),
    pace: new Pace(),
    folder: (service) => service,
    report: () => undefined,
  };
  const { handlers } = connectionsService(context);
  const door = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9', handlers });
  ({ url } = door);
  connections = new CodeStarConnectionsClient(clientOptions({ ...context, endpointUrl: url }));
  notifications = new CodestarNotificationsClient(clientOptions({ ...context, endpointUrl: url }));
  close = async () => {
    connections.destroy();
    notifications.destroy();
    await door.close();
  };
});
afterEach(() => close());

describe('a connection', () => {
  test('is available as soon as it is made, and gone when it is deleted', async () => {
    const made = await connections.send(
      new CreateConnectionCommand({ ConnectionName: 'github', ProviderType: 'GitHub' }),
    );
    const { ConnectionArn } = made;
    expect(ConnectionArn).toMatch(/^arn:aws:codestar-connections:eu-west-1:000000000000:connection\/[0-9a-f-]{36}$/);

    expect((await connections.send(new GetConnectionCommand({ ConnectionArn }))).Connection).toEqual({
      ConnectionArn,
      ConnectionName: 'github',
      ConnectionStatus: 'AVAILABLE',
      OwnerAccountId: '000000000000',
      ProviderType: 'GitHub',
    });
    const filter = new ListConnectionsCommand({ ProviderTypeFilter: 'Bitbucket' });
    expect((await connections.send(filter)).Connections).toEqual([]);

    await connections.send(new DeleteConnectionCommand({ ConnectionArn }));
    await expect(connections.send(new GetConnectionCommand({ ConnectionArn }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('is the same under the new name of the service', async () => {
    const made = await connections.send(
      new CreateConnectionCommand({ ConnectionName: 'github', ProviderType: 'GitHub' }),
    );

    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/codeconnections/aws4_request, Signature=x',
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'CodeConnections_20231201.ListConnections',
      },
      body: '{}',
    });

    expect(await answer.json()).toMatchObject({ Connections: [{ ConnectionArn: made.ConnectionArn }] });
  });

  test('keeps its tags', async () => {
    const made = await connections.send(
      new CreateConnectionCommand({
        ConnectionName: 'github',
        ProviderType: 'GitHub',
        Tags: [{ Key: 'a', Value: '1' }],
      }),
    );
    const ResourceArn = made.ConnectionArn;
    await connections.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }));
    await connections.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }));

    const { Tags } = await connections.send(new ListTagsForResourceCommand({ ResourceArn }));
    expect(Tags).toEqual([{ Key: 'b', Value: '2' }]);
  });

  test('has a name of 32 characters at most', async () => {
    const command = new CreateConnectionCommand({ ConnectionName: 'a'.repeat(33), ProviderType: 'GitHub' });
    await expect(connections.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('a notification rule', () => {
  const topic = 'arn:aws:sns:eu-west-1:000000000000:alarms';
  const rule: CreateNotificationRuleCommandInput = {
    Name: 'releases',
    Resource: 'arn:aws:codepipeline:eu-west-1:000000000000:app',
    DetailType: 'BASIC',
    EventTypeIds: ['codepipeline-pipeline-pipeline-execution-failed'],
    Targets: [{ TargetType: 'SNS', TargetAddress: topic }],
    Tags: { a: '1' },
  };

  test('is made, changed and deleted', async () => {
    const { Arn } = await notifications.send(new CreateNotificationRuleCommand(rule));
    await notifications.send(
      new UpdateNotificationRuleCommand({
        Arn,
        Name: 'all',
        Status: 'DISABLED',
        EventTypeIds: ['codepipeline-pipeline-pipeline-execution-started'],
      }),
    );
    await notifications.send(new TagRuleCommand({ Arn, Tags: { b: '2' } }));
    await notifications.send(new UntagRuleCommand({ Arn, TagKeys: ['a'] }));

    expect(await notifications.send(new DescribeNotificationRuleCommand({ Arn }))).toMatchObject({
      Arn,
      Name: 'all',
      Status: 'DISABLED',
      DetailType: 'BASIC',
      EventTypes: [{ EventTypeId: 'codepipeline-pipeline-pipeline-execution-started' }],
      Targets: [{ TargetAddress: topic, TargetType: 'SNS', TargetStatus: 'ACTIVE' }],
      Tags: { b: '2' },
      CreatedTimestamp: expect.any(Date),
    });

    await notifications.send(new DeleteNotificationRuleCommand({ Arn }));
    await expect(notifications.send(new DescribeNotificationRuleCommand({ Arn }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('is found by its resource', async () => {
    const { Arn } = await notifications.send(new CreateNotificationRuleCommand(rule));
    const rulesOf = async (Value: string | undefined) => {
      const command = new ListNotificationRulesCommand({ Filters: [{ Name: 'RESOURCE', Value }] });
      return ((await notifications.send(command)).NotificationRules ?? []).map((found) => found.Arn);
    };

    expect(await rulesOf(rule.Resource)).toEqual([Arn]);
    expect(await rulesOf('arn:aws:codepipeline:eu-west-1:000000000000:other')).toEqual([]);
  });

  test('keeps a target until it is told to let go', async () => {
    await notifications.send(new CreateNotificationRuleCommand(rule));

    await expect(notifications.send(new DeleteTargetCommand({ TargetAddress: topic }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await notifications.send(new DeleteTargetCommand({ TargetAddress: topic, ForceUnsubscribeAll: true }));

    expect((await notifications.send(new ListTargetsCommand({}))).Targets).toEqual([]);
  });

  test('needs an event that there is, and a name of its own', async () => {
    const wrong = { ...rule, EventTypeIds: ['codepipeline-pipeline-pipeline-execution-exploded'] };
    await expect(notifications.send(new CreateNotificationRuleCommand(wrong))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await notifications.send(new CreateNotificationRuleCommand(rule));
    await expect(notifications.send(new CreateNotificationRuleCommand(rule))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });
});
