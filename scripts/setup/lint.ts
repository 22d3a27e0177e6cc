import { join } from 'node:path';
import { findOnPath, TOOLS } from '../tools.ts';
import { buildWithGo, output } from './programs.ts';
import { setUpPython } from './python.ts';
import { DownloadError, installRelease, PLATFORM } from './release.ts';
import { say } from './report.ts';

const TFLINT_VERSION = '0.64.0';
const TFLINT_WANTED = `tflint ${TFLINT_VERSION}`;
const RELEASES = process.env['TFLINT_RELEASES_URL'] ?? 'https://github.com/terraform-linters/tflint/releases/download';

/** Apart from the sandbox's packages: it is large, has other needs, and only this check uses it. */
const LINT_VENV = join(TOOLS, 'lint');

/** The programs that look at Terraform for what is unsafe or untidy. */
export interface TerraformLinters {
  readonly checkov: string;
  readonly tflint: string;
}

/**
 * Installs what is missing of them.
 *
 * @throws UserError if one cannot be had.
 */
export async function setUpTerraformLinters(): Promise<TerraformLinters> {
  const tflint = findOnPath('tflint') ?? (await installTflint());
  say('tflint', output(tflint, ['--version']).split('\n')[0] ?? '');
  setUpPython(LINT_VENV, 'requirements-lint.txt');
  return { tflint, checkov: join(LINT_VENV, 'bin/checkov') };
}

async function installTflint(): Promise<string> {
  try {
    await installRelease({
      program: 'tflint',
      wanted: TFLINT_WANTED,
      folder: `${RELEASES}/v${TFLINT_VERSION}`,
      zip: `tflint_${PLATFORM}.zip`,
      checksums: 'checksums.txt',
    });
    say('tflint', `${TFLINT_VERSION}, installed`, true);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    process.stdout.write(`  ${error.message} tflint is built instead, which takes a minute or two.\n`);
    buildWithGo(
      `github.com/terraform-linters/tflint@v${TFLINT_VERSION}`,
      `tflint is missing, and its release cannot be had: ${error.message}`,
      `Install ${TFLINT_WANTED} (https://github.com/terraform-linters/tflint) or Go, or go online, and run this again.`,
    );
    say('tflint', `${TFLINT_VERSION}, built`, true);
  }
  const installed = findOnPath('tflint');
  if (installed === undefined) throw new Error('tflint was installed and is not there.');
  return installed;
}
