import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { ROOT } from '../tools.ts';
import { folderOfPrograms, runScript, type Ended } from './child.ts';
import { PLATFORM, ReleaseServer, sha256, writeProgram } from './release-server.ts';

const { make, cleanUp } = temporaryFolders();

const VERSION = '0.64.0';
const CONTENT = '#!/bin/sh\n[ "$1" = --version ] && echo "TFLint version 0.64.0" || echo "tflint $*"\n';
const CHECKOV = '#!/bin/sh\necho "checkov $*"; echo "Passed checks: 1, Failed checks: 0, Skipped checks: 0"\n';

/** Where the linters come from, on a machine that has nothing but the programs named here. */
describe('the linters of Terraform', () => {
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
    path = folderOfPrograms(join(folder, 'path'), ['sh', 'bash']);
    tools = join(folder, 'tools');
    // checkov is there already: its virtual environment by its stamp.
    const requirements = readFileSync(join(ROOT, 'requirements-lint.txt'));
    writeProgram(join(tools, 'lint/bin'), 'checkov', CHECKOV);
    writeFileSync(join(tools, 'lint/requirements.sha256'), sha256(requirements));
    publish({});
  });

  function publish(listed: { readonly sum?: string; readonly name?: string }): void {
    const zip = `tflint_${PLATFORM}.zip`;
    server.publish({
      folder: `/v${VERSION}`,
      zip,
      checksums: 'checksums.txt',
      program: 'tflint',
      text: CONTENT,
      listed,
    });
  }

  const lint = (env: Record<string, string> = {}): Promise<Ended> =>
    runScript('scripts/lint-terraform.ts', [], {
      env: { PATH: path, TOOLS_DIR: tools, TFLINT_RELEASES_URL: server.url, ...env },
    });
  const installed = (): boolean => existsSync(join(tools, 'bin/tflint'));
  const errorOf = ({ code, stderr }: Ended): string => {
    if (code === 1 && /^Error: [^\n]+\n$/.test(stderr)) return stderr.trimEnd();
    throw new Error(`This is not one line with exit code 1: ${JSON.stringify({ code, stderr })}`);
  };

  test('come from a release, are used at once, and are found the second time', async () => {
    const first = await lint();
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain(`  tflint     ${VERSION}, installed\n`);
    expect(first.stdout).toContain(`tflint --recursive --chdir=${ROOT}/terraform --config=${ROOT}/.tflint.hcl`);
    expect(first.stdout).toContain(`checkov --config-file ${ROOT}/.checkov.yaml -d ${ROOT}/terraform\n`);
    expect(first.code).toBe(0);
    server.reset();
    const second = await lint();
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).not.toContain('installed');
    expect(server.requests).toEqual([]);
  });

  test('are taken from PATH if they are there', async () => {
    writeProgram(join(path, 'other'), 'tflint', CONTENT);
    expect(await lint({ PATH: `${path}:${path}/other` })).toMatchObject({ code: 0, stderr: '' });
    expect(server.requests).toEqual([]);
  });

  test.each([
    ['the server cannot be reached', { TFLINT_RELEASES_URL: 'http://127.0.0.1:1' }],
    ['the server does not have it', { TFLINT_RELEASES_URL: undefined }],
  ])('are built where %s and there is a Go', async (_, { TFLINT_RELEASES_URL = `${server.url}/none` }) => {
    writeProgram(path, 'go', `#!/bin/sh\necho "go $*"\n${writing('$GOBIN/tflint')}`);
    const { code, stdout } = await lint({ TFLINT_RELEASES_URL });
    expect(stdout).toContain(`go install github.com/terraform-linters/tflint@v${VERSION}\n`);
    expect(stdout).toContain(`  tflint     ${VERSION}, built\n`);
    expect(code).toBe(0);
  });

  test('say what to do where there is neither', async () => {
    expect(errorOf(await lint({ TFLINT_RELEASES_URL: 'http://127.0.0.1:1' }))).toMatch(
      /^Error: tflint is missing, and its release cannot be had: .* Install tflint 0\.64\.0 .* or Go, or go online, and run this again\.$/,
    );
  });

  test('say so when Go cannot build one', async () => {
    writeProgram(path, 'go', '#!/bin/sh\nexit 1\n');
    expect(errorOf(await lint({ TFLINT_RELEASES_URL: 'http://127.0.0.1:1' }))).toContain(
      'Go could not build github.com',
    );
  });

  test('are refused with a checksum that is not the one in the list, also where there is a Go', async () => {
    writeProgram(path, 'go', writing('$GOBIN/tflint'));
    publish({ sum: sha256('something else') });
    expect(errorOf(await lint())).toContain(`tflint_${PLATFORM}.zip has the wrong checksum`);
    expect(installed()).toBe(false);
  });

  test('need a Python the first time', async () => {
    writeFileSync(join(tools, 'lint/requirements.sha256'), 'of an older file');
    expect(errorOf(await lint())).toContain('python3 is missing. Install Python 3.10 or newer');
  });

  test.each([
    ['tflint finds something', 2, 0, 'Passed checks: 1, Failed checks: 0', undefined],
    ['checkov finds something', 0, 1, 'Passed checks: 1, Failed checks: 1', undefined],
    [
      'tflint cannot read something',
      1,
      0,
      'Passed checks: 1, Failed checks: 0',
      'tflint could not look at everything.',
    ],
    ['checkov has looked at nothing', 0, 0, '', 'checkov could not look at everything.'],
    [
      'checkov cannot read something',
      0,
      0,
      'Passed checks: 1, Parsing errors: 1',
      'checkov could not look at everything.',
    ],
  ])('fail if %s', async (_, tflintCode, checkovCode, said, error) => {
    mkdirSync(join(tools, 'bin'), { recursive: true });
    writeProgram(join(tools, 'bin'), 'tflint', `#!/bin/sh\n[ "$1" = --version ] || exit ${tflintCode}\n`);
    writeProgram(join(tools, 'lint/bin'), 'checkov', `#!/bin/sh\necho "${said}"\nexit ${checkovCode}\n`);
    const { code, stderr } = await lint();
    expect({ code, problem: /^Error: (.*?\.) /.exec(stderr)?.[1] }).toEqual({ code: 1, problem: error });
  });
});

/** A line of shell that writes the program to a file. Without any other program, since PATH has none. */
function writing(file: string): string {
  return `/bin/mkdir -p "$GOBIN"\nprintf '%s' '${CONTENT}' > "${file}"\n/bin/chmod 755 "${file}"\n`;
}
