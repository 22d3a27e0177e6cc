import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportProject } from '../demo/project.ts';
import { seedAccount } from '../sandbox/aws/seed.ts';
import { down } from '../sandbox/client.ts';
import { runningSandbox, type SandboxInfo } from '../sandbox/state.ts';
import { ROOT, toolEnv, TOOLS } from '../tools.ts';
import { oneLineOf, runScript, start, type Ended } from './child.ts';
import { succeeded } from './deployment.ts';

const KEY = 'bootstrap/terraform.tfstate';
const STATE_FILE = '000000000000-eu-west-1.tfstate';

/** As `up()` starts one, but with an account that has nothing. It ends when this process does. */
async function emptySandbox(folder: string): Promise<SandboxInfo> {
  const daemon = join(ROOT, 'scripts/sandbox/daemon.ts');
  const { ended } = start(process.execPath, [daemon, folder, String(process.pid)], {
    env: { SANDBOX_SEED: 'none', TOOLS_DIR: TOOLS },
  });
  const failed = ended.then(({ stdout, stderr }) =>
    Promise.reject(new Error(`It did not come up:\n${stdout}${stderr}`)),
  );
  failed.catch(() => undefined);
  for (;;) {
    const info = runningSandbox(folder);
    if (info !== undefined) return info;
    await Promise.race([failed, delay(50)]);
  }
}

/** An account as AWS hands it over, and a person who has cloned the repository. */
describe('make bootstrap', () => {
  let dir = '';
  let sandbox: SandboxInfo;
  let project = '';
  let s3: S3Client;
  let ssm: SSMClient;
  /** The parameters that there were when the account was handed over. */
  let before: Record<string, string | undefined>;
  let first: Ended;

  const run = (env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runScript('scripts/bootstrap.ts', [], {
      cwd: project,
      env: {
        ...toolEnv(),
        TOOLS_DIR: TOOLS,
        AWS_ENDPOINT_URL: sandbox.awsUrl,
        AWS_REGION: sandbox.region,
        AWS_ACCESS_KEY_ID: 'sandbox',
        AWS_SECRET_ACCESS_KEY: 'sandbox',
        AWS_EC2_METADATA_DISABLED: 'true',
        GITHUB_API_URL: sandbox.githubApiUrl,
        GH_TOKEN: sandbox.userToken,
        ...env,
      },
    });
  const approved = { ARGS: '-auto-approve' };
  const bucket = (): string => `terraform-statefiles-000000000000-${sandbox.region}`;
  const stored = async (): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket(), Key: KEY }));
    return (await Body?.transformToString()) ?? '';
  };
  const parameters = async (): Promise<Record<string, string | undefined>> => {
    const { Parameters = [] } = await ssm.send(new GetParametersByPathCommand({ Path: '/terraform', Recursive: true }));
    return Object.fromEntries(Parameters.map(({ Name = '', Value }) => [Name, Value]));
  };
  /** What a run has left in the working folder besides what is in git and what Terraform always needs. */
  const leftBehind = async (): Promise<string[]> =>
    (await readdir(join(project, 'terraform/bootstrap'))).filter((name) => /tfstate|override/.test(name));

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    project = join(dir, 'project');
    sandbox = await emptySandbox(join(dir, 'sandbox'));
    const config = {
      endpoint: sandbox.awsUrl,
      region: sandbox.region,
      credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    };
    s3 = new S3Client({ ...config, forcePathStyle: true });
    ssm = new SSMClient(config);
    const clone = await exportProject(project, sandbox.cloneUrl, 'ada');
    await symlink(join(ROOT, 'node_modules'), join(project, 'node_modules'));
    await clone.git('add', '--all');
    await clone.git('commit', '--quiet', '--message', 'Begin');
    before = await parameters();
    first = await run(approved);
  }, 10 * 60_000);

  afterAll(async () => {
    s3?.destroy();
    ssm?.destroy();
    await down(join(dir, 'sandbox'));
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  test('makes all of it in an account that has nothing, and moves its state into the bucket it has made', async () => {
    expect(Object.keys(before)).toEqual(['/terraform/images/base']);
    succeeded(first);
    expect(first.stderr).toContain('Account 000000000000 in eu-west-1, as arn:');
    expect(await leftBehind()).toEqual([]);
    expect(JSON.parse(await stored())).toMatchObject({ outputs: { state_bucket: { value: bucket() } } });
  });

  test('asks GitHub which repository it is for, and leaves that in a file', async () => {
    const file = join(project, 'terraform/bootstrap/accounts/000000000000.tfvars');
    expect(await readFile(file, 'utf8')).toMatch(
      /^repository +=.*\bacme\/rest-api"\nrepository_id += "\d+"\nrepository_owner_id = "\d+"$/m,
    );
  });

  test('says on standard output what to set at GitHub, and nothing else', () => {
    const commands = first.stdout.trimEnd().split('\n');
    expect(commands.filter((line) => !line.startsWith('gh '))).toEqual([]);
    expect(commands).toContain('gh variable set AWS_REGION --repo acme/rest-api --body eu-west-1');
    expect(commands).toContain(
      'gh variable set APPLY_ROLE_ARN --repo acme/rest-api --env production --body arn:aws:iam::000000000000:role/rest-api-apply-production',
    );
  });

  test('gives everything the names that a seeded sandbox has', async () => {
    const made = await parameters();
    expect(made['/terraform/images/service']).toBe('rest-api-service');
    const seed = await seedAccount({ endpointUrl: sandbox.awsUrl, region: sandbox.region });
    expect(await parameters()).toEqual(made);
    expect(made).toMatchObject({
      '/terraform/statefiles/bucket': seed.stateBucket,
      '/terraform/artifacts/bucket': seed.artifactsBucket,
    });
  });

  test('has nothing to do the second time, and asks nobody', async () => {
    const { stderr, stdout } = succeeded(await run());
    expect(stderr).toContain('Nothing to do: all of it is there.');
    expect(stdout).toBe(first.stdout);
    expect(await leftBehind()).toEqual([]);
  }, 120_000);

  test('goes on after an interruption between apply and move', async () => {
    const state = await stored();
    await writeFile(join(project, 'terraform/bootstrap', STATE_FILE), state);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: KEY }));
    const { stderr } = succeeded(await run());
    expect(stderr).toContain('its state is not in the bucket yet');
    expect(JSON.parse(await stored())).toEqual(JSON.parse(state));
    expect(await leftBehind()).toEqual([]);
  }, 120_000);

  test('goes on after an interruption between move and the removal of the file', async () => {
    await writeFile(join(project, 'terraform/bootstrap', STATE_FILE), await stored());
    succeeded(await run());
    expect(await leftBehind()).toEqual([]);
  }, 120_000);

  test('makes again what somebody has removed, with the state in the bucket', async () => {
    await ssm.send(new DeleteParameterCommand({ Name: '/terraform/artifacts/bucket' }));
    const { code, stderr } = await run();
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: Nothing was changed\. Answer "yes" to go on\.\n$/);
    expect((await parameters())['/terraform/artifacts/bucket']).toBeUndefined();
    expect(succeeded(await run(approved)).stderr).toContain('All of it is there.');
    expect((await parameters())['/terraform/artifacts/bucket']).toBe(
      `terraform-artifacts-000000000000-${sandbox.region}`,
    );
    expect(await leftBehind()).toEqual([]);
  }, 180_000);

  test('makes nothing a second time where its own state is missing', async () => {
    const state = await stored();
    await s3.send(new DeleteObjectCommand({ Bucket: bucket(), Key: KEY }));
    try {
      const { code, stderr } = await run(approved);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `Error: SSM says that the state bucket is "${bucket()}", but bootstrap's state (${KEY}) is not in it.`,
      );
    } finally {
      await s3.send(new PutObjectCommand({ Bucket: bucket(), Key: KEY, Body: state }));
    }
  }, 120_000);

  test.each([
    [{ AWS_REGION: '' }, 'Error: AWS_REGION is not set. Set it, for example AWS_REGION=eu-west-1.'],
    [{ ARGS: '-destroy' }, 'Error: ARGS has "-destroy". Only -auto-approve can be given.'],
    [
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' },
      'Error: There are no AWS credentials. Sign in (for example with "aws sso login") and set AWS_PROFILE.',
    ],
    [
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
      'Error: Nobody answers at http://127.0.0.1:9. Start the sandbox with "make sandbox/up", or unset AWS_ENDPOINT_URL.',
    ],
  ])(
    'says in one line what is missing: %j',
    async (env, line) => {
      expect(oneLineOf(await run(env))).toBe(line);
    },
    60_000,
  );
});
