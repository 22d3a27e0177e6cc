/**
 * Which files the service's image is made of. One release too many costs some minutes; with one too few, what is merged does not
 * run. `service/Dockerfile.dockerignore` says what reaches the build; a test holds the two together.
 */
import type { RunCommand } from '../process.ts';

interface Rule {
  readonly files: RegExp;
  readonly inImage: boolean;
  readonly why: string;
}

/** The first that matches decides. */
const RULES: readonly Rule[] = [
  { files: /\.md$/, inImage: false, why: 'prose' },
  { files: /^service\/Dockerfile(\.dockerignore)?$/, inImage: true, why: 'how the image is built' },
  { files: /^service\/(src\/|build\.ts$|package\.json$)/, inImage: true, why: 'the service' },
  // What it renders is compared with what runs, as it is.
  { files: /^service\//, inImage: false, why: 'tests, and how it is released' },
  { files: /^packages\/[^/]+\/(src\/|package\.json$)/, inImage: true, why: 'bundled into the service' },
  { files: /^packages\//, inImage: false, why: 'not bundled' },
  { files: /^lambdas\/[^/]+\/smoke\.json$/, inImage: false, why: 'requests that try out a promotion' },
  {
    files: /^lambdas\/(replace-strings\/([^/]+\.json|request\.ts)|shared\/parameter\.ts)$/,
    inImage: true,
    why: 'shared with the service',
  },
  { files: /^lambdas\//, inImage: false, why: 'of the lambdas' },
  { files: /^package-lock\.json$/, inImage: true, why: 'what is installed for the build' },
  { files: /^([^/]+\/)?package\.json$/, inImage: false, why: 'what is installed is in the lock file' },
  { files: /^(tsconfig\.json|\.npmrc)$/, inImage: true, why: 'read by the build where there is no Docker' },
  { files: /^\.gitattributes$/, inImage: true, why: 'how files are checked out, byte by byte' },
  { files: /^actions\/lib\/packaging\/source-map\.ts$/, inImage: true, why: 'makes the source map of the service' },
  { files: /^actions\/(lib\/image|publish-image\/src)\//, inImage: true, why: 'how the image is made and pushed' },
  { files: /^scripts\/publish-image\.ts$/, inImage: true, why: 'how the image is made and pushed' },
  { files: /^(actions|terraform|scripts|bench|docs|\.github|\.ci)\//, inImage: false, why: 'not in the image' },
  { files: /^requirements[\w-]*\.(in|txt)$/, inImage: false, why: 'for the sandbox and linters' },
  {
    files:
      /^(Makefile|jest\.config\.mjs|\.gitignore|LICENSE|infracost\.yml|\.checkov\.yaml|\.oxlintrc\.json|\.prettierrc\.json|\.prettierignore|\.tflint\.hcl|\.editorconfig)$/,
    inImage: false,
    why: 'for people and linters',
  },
];

export interface ImageFile {
  readonly inImage: boolean;
  readonly why: string;
  /** Whether a rule says so; what none is about counts as in the image. */
  readonly known: boolean;
}

/** Whether a change of this file makes another image. Paths are relative to the repository, with slashes. */
export function inImage(file: string): ImageFile {
  const rule = RULES.find(({ files }) => files.test(file));
  if (rule === undefined) return { inImage: true, why: 'nothing says that it is not in the image', known: false };
  return { inImage: rule.inImage, why: rule.why, known: true };
}

/** The files that differ between two commits of a clone and make another image; `undefined` if git does not know one of them. */
export async function changedInImage(
  run: RunCommand,
  folder: string,
  from: string,
  to: string,
): Promise<readonly string[] | undefined> {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await run('git', ['diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', from, to, '--'], {
    cwd: folder,
    onStdout: (line) => void lines.push(line),
    onStderr: (line) => void errors.push(line),
  });
  if (code === 128) return undefined;
  if (code !== 0) throw new Error(`git diff failed in ${folder}: ${errors.join(' ')}`);
  const files = lines.join('\n').split('\0');
  return files.filter((file) => file !== '' && inImage(file).inImage);
}
