import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { folderOfPrograms, oneLineOf, runScript, type Ended } from './child.ts';
import { PLATFORM, ReleaseServer, sha256, writeProgram } from './release-server.ts';

const { make, cleanUp } = temporaryFolders();

const VERSION = '1.11.4';
const ZIP = `terraform_${VERSION}_${PLATFORM}.zip`;
const PROGRAM = `#!/bin/sh\necho "Terraform v${VERSION}"\n`;

/** Terraform's installation, from a server of releases that the test plays, into a folder of its own. */
describe('setup', () => {
  let server: ReleaseServer;
  let tools = '';
  let path = '';

  beforeAll(async () => {
    server = await ReleaseServer.start();
  });
  afterAll(async () => {
    await server.stop();
    cleanUp();
  });

  beforeEach(() => {
    server.reset();
    const folder = make();
    path = folderOfPrograms(join(folder, 'path'), ['git', 'bash', 'ps', 'python3']);
    tools = join(folder, 'tools');
    // The rest is there already: the virtual environment by its stamp, act by a program of that name.
    mkdirSync(join(tools, 'venv'), { recursive: true });
    writeFileSync(join(tools, 'venv/requirements.sha256'), sha256(readFileSync(join(ROOT, 'requirements.txt'))));
    writeProgram(join(tools, 'bin'), 'act', '#!/bin/sh\necho "act version 0"\n');
    publish({});
  });

  /** Puts a release on the server; what its list says can be another thing than it should be. */
  function publish(listed: { readonly sum?: string; readonly name?: string }): void {
    const folder = `/terraform/${VERSION}`;
    const checksums = `terraform_${VERSION}_SHA256SUMS`;
    server.publish({ folder, zip: ZIP, checksums, program: 'terraform', text: PROGRAM, listed });
  }

  const setup = (env: Record<string, string> = {}, ...args: string[]): Promise<Ended> =>
    runScript('scripts/setup.ts', args, {
      env: { PATH: path, TOOLS_DIR: tools, TERRAFORM_RELEASES_URL: server.url, ...env },
    });

  /** The line that says why it does not go on; nothing may be installed then. */
  const refusal = async (env: Record<string, string> = {}): Promise<string> => {
    const line = oneLineOf(await setup(env));
    const installed = readdirSync(join(tools, 'bin')).filter((name) => name !== 'act');
    if (installed.length > 0) throw new Error(`Installed all the same: ${installed.join(', ')}`);
    return line;
  };

  test('installs the release for this machine, and says so', async () => {
    const { code, stdout, stderr } = await setup();
    expect(stderr).toBe('');
    expect(stdout).toBe(`  Terraform  ${VERSION}, installed\n`);
    expect(code).toBe(0);
    const file = join(tools, 'bin/terraform');
    expect(readFileSync(file, 'utf8')).toBe(PROGRAM);
    expect(statSync(file).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(tools, 'bin'))).toEqual(['act', 'terraform']);
    expect(readFileSync(join(tools, 'terraform.rc'), 'utf8')).toMatch(/plugin_cache_dir|filesystem_mirror/);
  });

  test('finds the second time what it has installed, and asks nobody', async () => {
    await setup();
    server.requests.length = 0;
    const quiet = await setup();
    expect(quiet).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const verbose = await setup({}, '--verbose');
    expect(verbose.stdout).toContain('  Terraform  1.11, found\n');
    expect(server.requests).toEqual([]);
  });

  test('takes the Terraform on PATH if it is new enough, and installs one beside it if not', async () => {
    writeProgram(join(path, 'new'), 'terraform', '#!/bin/sh\necho "Terraform v1.15.0"\n');
    writeProgram(join(path, 'old'), 'terraform', '#!/bin/sh\necho "Terraform v1.5.7"\n');
    expect(await setup({ PATH: `${path}:${path}/new` })).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(join(tools, 'bin/terraform'))).toBe(false);
    const { code, stdout } = await setup({ PATH: `${path}:${path}/old` });
    expect(stdout).toContain('Terraform 1.5 on PATH does not do: 1.11 or newer is needed.');
    expect(code).toBe(0);
    expect(existsSync(join(tools, 'bin/terraform'))).toBe(true);
  });

  test('refuses a release whose checksum is not the one in the list', async () => {
    publish({ sum: sha256('something else') });
    expect(await refusal()).toContain(`${ZIP} has the wrong checksum`);
  });

  test('refuses a list that does not name this machine', async () => {
    publish({ name: `x${ZIP}` });
    expect(await refusal()).toContain(`has no release for ${PLATFORM}. Install Terraform 1.11 or newer`);
  });

  test('says what to do when the server does not have it', async () => {
    server.reset();
    expect(await refusal()).toMatch(/SHA256SUMS answered 404\. Install Terraform 1\.11 or newer by hand\./);
  });

  test('says what to do offline', async () => {
    expect(await refusal({ TERRAFORM_RELEASES_URL: 'http://127.0.0.1:1' })).toMatch(
      /cannot be reached\. Install Terraform 1\.11 or newer, or go online, and run this again\./,
    );
  });

  test('says what to do where there is neither act nor Go', async () => {
    tools = join(make(), 'tools');
    mkdirSync(join(tools, 'venv'), { recursive: true });
    writeFileSync(join(tools, 'venv/requirements.sha256'), sha256(readFileSync(join(ROOT, 'requirements.txt'))));
    const { code, stderr } = await setup();
    expect(stderr).toMatch(/^Error: act is missing[^\n]+\n$/);
    expect(code).toBe(1);
  });

  test.each(['git', 'bash', 'ps'])('names %s if the machine does not have it', async (missing) => {
    const others = ['git', 'bash', 'ps', 'python3'].filter((name) => name !== missing);
    const PATH = folderOfPrograms(join(make(), 'path'), others);
    expect(await refusal({ PATH })).toContain(`Missing: ${missing}. Install it`);
  });

  test('names python3 if the virtual environment has to be made and the machine has none', async () => {
    writeFileSync(join(tools, 'venv/requirements.sha256'), 'of an older file');
    const PATH = folderOfPrograms(join(make(), 'path'), ['git', 'bash', 'ps']);
    expect(await refusal({ PATH })).toContain('python3 is missing. Install Python 3.10 or newer');
  });

  test('refuses a Python that is too old, or that cannot make a virtual environment', async () => {
    writeFileSync(join(tools, 'venv/requirements.sha256'), 'of an older file');
    const PATH = folderOfPrograms(join(make(), 'path'), ['git', 'bash', 'ps']);
    writeProgram(PATH, 'python3', '#!/bin/sh\necho 3.9\n');
    expect(await refusal({ PATH })).toContain('Python 3.9 is too old. Install Python 3.10 or newer');
    writeProgram(PATH, 'python3', '#!/bin/sh\n[ "$1" = -m ] && exit 1\necho 3.12\n');
    expect(await refusal({ PATH })).toContain('could not make a virtual environment. Install its venv module');
  });

  test('refuses a mirror of providers that does not hold the locked version', async () => {
    const { code, stderr } = await setup({ TF_PLUGIN_MIRROR: tools });
    expect(stderr).toMatch(
      /^Error: TF_PLUGIN_MIRROR \([^)]+\) does not hold hashicorp\/aws [\d.]+\. Correct it or unset it\.\n$/,
    );
    expect(code).toBe(1);
  });
});
