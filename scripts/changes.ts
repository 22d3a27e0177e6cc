import { UserError } from '../actions/lib/errors.ts';
import { runCommand } from '../actions/lib/process.ts';
import { ROOT } from './tools.ts';

/** Says of a file, by its path from the root, whether its change can break a check. */
export type Reads = (file: string) => boolean;

/** What runs Terraform, and installs it. */
export const runsTerraform: Reads = (file) =>
  file.startsWith('scripts/setup') || /^scripts\/[\w-]*terraform[\w-]*\.ts$/.test(file);

/** What a check reads. */
export const READS = {
  everything: () => true,
  code: (file) => !file.endsWith('.md'),
  /** Terraform, the schemas that it reads, and what runs it. */
  terraform: (file) =>
    (file.startsWith('terraform/') && !file.endsWith('.md')) ||
    /^lambdas\/[^/]+\/\w+\.schema\.json$/.test(file) ||
    runsTerraform(file),
  /** Terraform, what says how it is looked at, and what looks at it. Half a minute, and minutes the first time. */
  lintedTerraform: (file) =>
    file.endsWith('.tf') ||
    ['.tflint.hcl', '.checkov.yaml', 'requirements-lint.txt', 'scripts/lint-terraform.ts'].includes(file) ||
    file.startsWith('scripts/setup/'),
} as const satisfies Readonly<Record<string, Reads>>;

/**
 * The files that differ from a commit, as paths from the root.
 *
 * @throws UserError if git does not know it.
 */
export async function changedSince(base: string): Promise<readonly string[]> {
  const files: string[] = [];
  const code = await runCommand('git', ['diff', '--name-only', base], {
    cwd: ROOT,
    onStdout: (file) => files.push(file),
  });
  if (code !== 0) throw new UserError(`git knows no "${base}".`, 'Give a commit that has been fetched.');
  return files;
}
