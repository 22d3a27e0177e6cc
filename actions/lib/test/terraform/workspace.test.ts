import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../../terraform/cli.ts';
import { initEnvironment } from '../../terraform/workspace.ts';
import { fakeParameters } from '../fakes/parameters.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

function prepare(parameters: Record<string, string> = { '/terraform/statefiles/bucket': 'state' }) {
  const folder = folders.make();
  mkdirSync(join(folder, 'environments'));
  writeFileSync(join(folder, 'environments/test.tfvars'), '');
  const backends: Backend[] = [];
  const terraform = { init: (backend: Backend) => Promise.resolve(void backends.push(backend)) };
  return { folder, backends, deps: { terraform, parameters: fakeParameters(parameters) } };
}

describe('an environment is connected with its state', () => {
  test('by the bucket that SSM names and a key of its own', async () => {
    const { folder, backends, deps } = prepare();
    await initEnvironment({ folder, environment: 'test', region: 'eu-west-1' }, deps);
    expect(backends).toEqual([{ bucket: 'state', key: 'test/terraform.tfstate', region: 'eu-west-1' }]);
  });

  test('but not without a region', async () => {
    const { folder, backends, deps } = prepare();
    await expect(initEnvironment({ folder, environment: 'test', region: '' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'AWS_REGION is not set.',
      hint: 'Set it, for example AWS_REGION=eu-west-1.',
    });
    expect(backends).toEqual([]);
  });

  test('but not without its variables', async () => {
    const { folder, backends, deps } = prepare();
    await expect(
      initEnvironment({ folder, environment: 'production', region: 'eu-west-1' }, deps),
    ).rejects.toMatchObject({
      name: 'UserError',
      message: `There is no ${join('environments', 'production.tfvars')} in the Terraform folder.`,
    });
    expect(backends).toEqual([]);
  });

  test('but not in an account that is not bootstrapped', async () => {
    const { folder, backends, deps } = prepare({});
    await expect(initEnvironment({ folder, environment: 'test', region: 'eu-west-1' }, deps)).rejects.toMatchObject({
      name: 'UserError',
      message: 'There is no SSM parameter "/terraform/statefiles/bucket" in this account and region.',
    });
    expect(backends).toEqual([]);
  });
});
