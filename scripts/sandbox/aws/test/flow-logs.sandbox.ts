import { CreateFlowLogsCommand, CreateVpcCommand, DescribeFlowLogsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { awsClientConfig, startTestSandbox, type TestSandbox } from './sandbox.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
}, 30_000);
afterAll(() => sandbox.end(), 30_000);

test('a flow log is told as it was made', async () => {
  const ec2 = new EC2Client(awsClientConfig(sandbox.url));
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const made = {
    DeliverLogsPermissionArn: 'arn:aws:iam::000000000000:role/flow',
    LogDestination: 'arn:aws:logs:eu-west-1:000000000000:log-group:/aws/vpc/network',
  };
  await ec2.send(
    new CreateFlowLogsCommand({
      ...made,
      ResourceIds: [Vpc?.VpcId ?? ''],
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'Name', Value: 'network' }] }],
    }),
  );
  const { FlowLogs } = await ec2.send(new DescribeFlowLogsCommand({}));
  ec2.destroy();
  expect(FlowLogs).toMatchObject([
    {
      ...made,
      LogGroupName: '/aws/vpc/network',
      MaxAggregationInterval: 600,
      LogFormat: expect.stringMatching(/^\$\{version\} .* \$\{log-status\}$/),
      Tags: [{ Key: 'Name', Value: 'network' }],
    },
  ]);
});
