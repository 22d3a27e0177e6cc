import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { CreateHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findApi } from '../demo/api.ts';
import { down, up } from '../sandbox/client.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { patiently } from './api-calls.ts';
import { Deployment, succeeded } from './deployment.ts';

const ZONE = 'example.com';

/** The optional half of the optional domain; what the API answers is the other suite's. */
describe('the API Gateway architecture with a domain', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let project: Deployment;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    sandbox = await up(join(dir, 'sandbox'), 'mine');
    const { awsUrl: endpoint, region } = sandbox;
    const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
    await new Route53Client({ endpoint, region, credentials }).send(
      new CreateHostedZoneCommand({ Name: ZONE, CallerReference: 'registrar' }),
    );
    project = await Deployment.create(join(dir, 'project'), sandbox);
    await project.setVariables(`
      architectures = ["api-gateway"]
      domain        = { zone_name = "${ZONE}" }
    `);
    succeeded(await project.publish());
    succeeded(await project.apply());
  }, 10 * 60_000);

  afterAll(async () => {
    await down(join(dir, 'sandbox'));
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  test('is reached at the domain’s address, with the stage in the path as without one', async () => {
    expect(await project.output('api_endpoint')).toBe(`https://api-test.${ZONE}`);
    const api = await findApi(sandbox);
    const request = { method: 'GET', path: 'mappings/ABN' };
    expect(await patiently(api, 'prod', request)).toMatchObject({ status: 200 });
    // What a resolver would do: the domain's name leads to the sandbox. fetch sends no Host of ours.
    const headers = { host: `api-test.${ZONE}`, 'x-api-key': api.keys['prod'] };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${sandbox.awsUrl}/prod/mappings/ABN`, { headers }, resolve).on('error', reject);
    });
    expect(answer.statusCode).toBe(200);
    expect(await json(answer)).toEqual({ key: 'ABN', replacement: 'ABN AMRO' });
  }, 60_000);

  test('has nothing left to do after the first apply', async () => {
    const { code, stdout } = await project.plan();
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  }, 120_000);

  test('goes without a trace, with the domain', async () => {
    expect((await project.state()).filter((address) => /certificate|domain/.test(address)).length).toBeGreaterThan(5);
    succeeded(await project.destroy());
    expect(await project.state()).toEqual([]);
  }, 600_000);
});
