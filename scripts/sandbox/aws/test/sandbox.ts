import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { LambdaClient, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { strToU8, zipSync } from 'fflate';
import { startEmulator, type Emulator } from '../emulator.ts';
import { startFrontDoor, type FrontDoor, type RequestLogEntry } from '../front-door.ts';

const root = path.join(import.meta.dirname, '../../../..');

export const region = 'eu-west-1';
export const nodeBinDir = path.join(root, 'node_modules/.bin');
/** The end-to-end suite's set-up makes it; another one may be named. */
export const python = process.env['SANDBOX_PYTHON'] ?? path.join(root, '.tools/venv/bin/python');

/** For seeing that a patch's test fails without it: `SANDBOX_WITHOUT=alias_weights npm test -- …`. */
const without = (process.env['SANDBOX_WITHOUT'] ?? '').split(',').filter((name) => name !== '');

export interface TestSandbox {
  readonly url: string;
  readonly emulator: Emulator;
  readonly frontDoor: FrontDoor;
  readonly log: RequestLogEntry[];
  /** The emulator's. */
  readonly logFile: string;
  readonly lambda: LambdaClient;
  readonly s3: S3Client;
  readonly ssm: SSMClient;
  readonly apiGateway: APIGatewayClient;
  end(): Promise<void>;
}

export async function temporaryFolder(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sandbox-aws-'));
  // The project's own is above a developer's sandbox: what runs below must not take it for its own.
  await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }\n');
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

export function awsClientConfig(endpoint: string) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { endpoint, region, credentials };
}

/** Emulator and front door as the sandbox has them: the functions' endpoint is the front door. */
export async function startTestSandbox(): Promise<TestSandbox> {
  const { folder, remove } = await temporaryFolder();
  const ports = await startFrontDoor({ emulatorUrl: 'http://127.0.0.1:9' });
  const port = Number(new URL(ports.url).port);
  await ports.close();
  const logFile = path.join(folder, 'emulator.log');
  const emulator = await startEmulator({
    python,
    nodeBinDir,
    without,
    stateDir: folder,
    logFile,
    endpointUrl: `http://127.0.0.1:${port}`,
  });
  const log: RequestLogEntry[] = [];
  const frontDoor = await startFrontDoor({ port, emulatorUrl: emulator.url, log: (entry) => log.push(entry) });
  const config = awsClientConfig(frontDoor.url);
  const clients = {
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    ssm: new SSMClient(config),
    apiGateway: new APIGatewayClient(config),
  };
  return {
    ...clients,
    url: frontDoor.url,
    emulator,
    frontDoor,
    log,
    logFile,
    end: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await frontDoor.close();
      await emulator.stop();
      await remove();
    },
  };
}

/** A function's package whose handler's body is this code; it sees `event` and `context`. Same code, same bytes. */
export function functionZip(body: string): Uint8Array {
  const code = `export const handler = async (event, context) => {\n${body}\n};\n`;
  return zipSync({ 'index.mjs': strToU8(code) }, { mtime: new Date(2000, 0, 1) });
}

export async function untilActive(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20, minDelay: 1 }, { FunctionName });
}

export async function untilUpdated(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 20, minDelay: 1 }, { FunctionName });
}
