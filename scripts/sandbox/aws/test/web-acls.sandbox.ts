import {
  CreateWebACLCommand,
  DeleteLoggingConfigurationCommand,
  GetLoggingConfigurationCommand,
  GetWebACLCommand,
  ListLoggingConfigurationsCommand,
  PutLoggingConfigurationCommand,
  UpdateWebACLCommand,
  WAFV2Client,
  type LoggingConfiguration,
} from '@aws-sdk/client-wafv2';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { awsClientConfig, region, startTestSandbox, type TestSandbox } from './sandbox.ts';

const logs = `arn:aws:logs:${region}:000000000000:log-group`;
const Scope = 'REGIONAL';
let sandbox: TestSandbox;
let client: WAFV2Client;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  client = new WAFV2Client(awsClientConfig(sandbox.url));
});
afterAll(async () => {
  client.destroy();
  await sandbox.end();
});

const acl = {
  Name: 'acl',
  Scope,
  DefaultAction: { Allow: {} },
  VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: 'acl' },
} as const;
const bodies = (Content: string) => ({ forbidden: { ContentType: 'APPLICATION_JSON' as const, Content } });

test('a web ACL is described as it was last written', async () => {
  const made = await client.send(
    new CreateWebACLCommand({ ...acl, Description: 'one', CustomResponseBodies: bodies('{"message":"Forbidden"}') }),
  );
  const one = { Name: acl.Name, Scope, Id: made.Summary?.Id } as const;
  const { WebACL: first, LockToken } = await client.send(new GetWebACLCommand(one));
  expect(first).toMatchObject({ Description: 'one', CustomResponseBodies: bodies('{"message":"Forbidden"}') });
  const TokenDomains = ['example.test'];
  await client.send(new UpdateWebACLCommand({ ...acl, ...one, LockToken, Description: 'two', TokenDomains }));
  const { WebACL: second } = await client.send(new GetWebACLCommand(one));
  expect(second).toMatchObject({ Description: 'two', TokenDomains });
  expect(second).not.toHaveProperty('CustomResponseBodies');
});

test('a web ACL has a logging configuration, to a log group with the prefix that WAF wants', async () => {
  const { Summary: { ARN: ResourceArn } = {} } = await client.send(new CreateWebACLCommand({ ...acl, Name: 'logged' }));
  const put = (group: string) =>
    client.send(
      new PutLoggingConfigurationCommand({
        LoggingConfiguration: { ...configuration, LogDestinationConfigs: [`${logs}:${group}`] },
      }),
    );
  const configuration: LoggingConfiguration = {
    ResourceArn,
    LogDestinationConfigs: [`${logs}:aws-waf-logs-acl`],
    RedactedFields: [{ SingleHeader: { Name: 'x-api-key' } }],
    LoggingFilter: {
      DefaultBehavior: 'DROP',
      Filters: [{ Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] }],
    },
  };
  const get = () => client.send(new GetLoggingConfigurationCommand({ ResourceArn }));
  await expect(get()).rejects.toMatchObject({ name: 'WAFNonexistentItemException' });
  await expect(put('acl')).rejects.toMatchObject({ name: 'WAFInvalidParameterException' });
  await put('aws-waf-logs-acl');
  expect((await get()).LoggingConfiguration).toEqual(configuration);
  const { LoggingConfigurations } = await client.send(new ListLoggingConfigurationsCommand({ Scope }));
  expect(LoggingConfigurations).toEqual([configuration]);
  await client.send(new DeleteLoggingConfigurationCommand({ ResourceArn }));
  await expect(get()).rejects.toMatchObject({ name: 'WAFNonexistentItemException' });
});
