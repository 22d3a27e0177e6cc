import {
  CodeDeployClient,
  CreateApplicationCommand,
  GetDeploymentCommand,
  type CreateApplicationInput,
} from '@aws-sdk/client-codedeploy';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startFrontDoor } from '../../front-door.ts';
import { clientOptions } from '../context.ts';
import { answerJson, AwsError, operation, type Operation } from '../json-protocol.ts';

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** The real SDK, at a service that has these operations. */
async function client(operations: Readonly<Record<string, Operation>>): Promise<CodeDeployClient> {
  const handler = {
    service: 'codedeploy',
    handle: (request: Parameters<typeof answerJson>[0]) => answerJson(request, operations),
  };
  const door = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9', handlers: [handler] });
  cleanUps.push(() => door.close());
  const sdk = new CodeDeployClient(clientOptions({ region: 'eu-west-1', endpointUrl: door.url }));
  cleanUps.push(() => sdk.destroy());
  return sdk;
}

describe('a service of ours that speaks JSON', () => {
  test('gets what the SDK was given, and its answer is what the SDK gives', async () => {
    const sdk = await client({
      CreateApplication: operation<CreateApplicationInput>(({ applicationName }) => ({
        applicationId: `id of ${applicationName}`,
      })),
    });
    const answer = await sdk.send(new CreateApplicationCommand({ applicationName: 'one' }));
    expect(answer.applicationId).toBe('id of one');
  });

  test('sends dates as the protocol wants them', async () => {
    const createTime = new Date('2026-01-02T03:04:05.678Z');
    const sdk = await client({ GetDeployment: operation(() => ({ deploymentInfo: { createTime } })) });
    const answer = await sdk.send(new GetDeploymentCommand({ deploymentId: 'd-1' }));
    expect(answer.deploymentInfo?.createTime).toEqual(createTime);
  });

  test('refuses by the name that the service has for it', async () => {
    const sdk = await client({
      GetDeployment: operation(() => {
        throw new AwsError('DeploymentDoesNotExistException', 'There is no d-1.');
      }),
    });
    const answer = sdk.send(new GetDeploymentCommand({ deploymentId: 'd-1' }));
    await expect(answer).rejects.toMatchObject({
      name: 'DeploymentDoesNotExistException',
      message: 'There is no d-1.',
    });
  });

  test('refuses what it does not have, at once', async () => {
    const sdk = await client({});
    const answer = sdk.send(new GetDeploymentCommand({ deploymentId: 'd-1' }));
    await expect(answer).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('GetDeployment'),
    });
  });

  test('takes no name of what every object has for an operation', async () => {
    const sdk = await client({});
    sdk.middlewareStack.add(
      (next) => (args) => {
        Object.assign(Object(args.request).headers, { 'x-amz-target': 'CodeDeploy_20141006.constructor' });
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const answer = sdk.send(new GetDeploymentCommand({ deploymentId: 'd-1' }));
    await expect(answer).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
