/**
 * Which environments a change touches: those whose plan it can alter. One environment planned too many costs a minute; one too few would be
 * changed without anybody having seen it. Workflows ask before anything is installed, so this imports nothing that would have to be
 * installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { UserError } from './errors.ts';
import { ENVIRONMENTS } from './inputs.ts';

/** What the rules have to know of a repository, from its files as they are checked out. Paths are relative to it, with slashes. */
export interface Facts {
  readonly environments: readonly string[];
  /** Folders of modules that the root uses, directly or not, with the root's own. */
  readonly rootModules: ReadonlySet<string>;
  /** The same of what is applied once per account. */
  readonly bootstrapModules: ReadonlySet<string>;
  /** Folders in packages/ that no lambda uses, directly or not. */
  readonly otherPackages: ReadonlySet<string>;
}

/** What a change of a file means for plans, and why. */
export interface Effect {
  readonly touches: 'all' | 'none' | { readonly environment: string };
  readonly why: string;
}

interface Rule {
  /** A pattern of paths; a group `environment` names the one that is touched. */
  readonly files: RegExp | ((file: string, facts: Facts) => boolean);
  readonly touches: 'all' | 'none' | 'one';
  readonly why: string;
}

const ROOT = 'terraform';
const BOOTSTRAP = 'terraform/bootstrap';

/** The first that matches decides. */
const RULES: readonly Rule[] = [
  {
    files: /^terraform\/environments\/(?<environment>[^/]+)\.tfvars$/,
    touches: 'one',
    why: 'the variables of this environment',
  },
  {
    // Terraform reads no pin yet: an alias starts at the newest version, and promotions move it. Contract 4 has it read them.
    files: /^terraform\/promotions\/(?<environment>[^/]+)\.json$/,
    touches: 'one',
    why: 'what is promoted in this environment',
  },
  { files: /\.md$/, touches: 'none', why: 'prose' },
  { files: /^terraform\/(.+\/)?tests\/|\.tftest\.hcl$/, touches: 'none', why: "Terraform's tests" },
  { files: /^terraform\/bootstrap\//, touches: 'none', why: 'a root of its own, which no environment is made of' },
  { files: isOfBootstrapOnly, touches: 'none', why: 'a module that only bootstrap uses' },
  { files: /^terraform\/\.terraform\.lock\.hcl$/, touches: 'all', why: 'the versions of the providers' },
  { files: /^terraform\//, touches: 'all', why: 'Terraform, of all environments' },

  { files: /^lambdas\/[^/]+\/((test|events)\/|smoke\.json$)/, touches: 'none', why: 'in no package of a lambda' },
  { files: /^lambdas\//, touches: 'all', why: 'the packages of the lambdas, and the schemas that Terraform reads' },
  { files: /^packages\/[^/]+\/test\//, touches: 'none', why: 'in no package of a lambda' },
  { files: isOfOtherPackage, touches: 'none', why: 'a package that no lambda uses' },
  { files: /^packages\//, touches: 'all', why: 'in the packages of the lambdas' },
  { files: /^package-lock\.json$/, touches: 'all', why: 'what the packages of the lambdas are made of' },
  { files: /^tsconfig\.json$/, touches: 'all', why: 'esbuild reads it for the packages of the lambdas' },
  { files: /^\.gitattributes$/, touches: 'all', why: 'how files are checked out, byte by byte' },

  {
    files: /^actions\/(lib\/packaging|publish-lambdas\/src)\//,
    touches: 'all',
    why: 'how the packages of the lambdas are made',
  },
  { files: /^actions\/lib\/terraform\/(cli|workspace)\.ts$/, touches: 'all', why: 'how Terraform is called' },
  { files: /^\.github\/actions\/setup\//, touches: 'all', why: 'the version of Terraform, and what is installed' },
  { files: /^actions\//, touches: 'none', why: 'shows and applies plans, and alters none' },

  { files: /^service\//, touches: 'none', why: 'comes in an image, which releases bring; Terraform reads none of it' },
  { files: /^(scripts|bench|\.ci)\//, touches: 'none', why: 'for laptops and tests' },
  { files: /^docs\//, touches: 'none', why: 'prose' },
  { files: /^\.github\//, touches: 'none', why: 'when something is run, not what it plans' },
  {
    files: /^(\.checkov\.yaml|\.oxlintrc\.json|\.prettierrc\.json|\.prettierignore|\.tflint\.hcl|\.editorconfig)$/,
    touches: 'none',
    why: 'for linters and editors',
  },
  { files: /^requirements[\w-]*\.(in|txt)$/, touches: 'none', why: 'for the sandbox and linters' },
  { files: /^(Makefile|jest\.config\.mjs|\.gitignore|LICENSE|infracost\.yml)$/, touches: 'none', why: 'for laptops' },
  { files: /^(package\.json|\.npmrc)$/, touches: 'none', why: 'what is installed is in the lock file' },
];

const UNKNOWN: Effect = { touches: 'all', why: 'nothing says that it alters no plan' };

/** What a change of this file means; `known` is whether a rule says so. */
export function effectOf(file: string, facts: Facts): Effect & { readonly known: boolean } {
  for (const { files, touches, why } of RULES) {
    if (typeof files === 'function') {
      if (files(file, facts)) return { touches: touches === 'none' ? 'none' : 'all', why, known: true };
      continue;
    }
    const match = files.exec(file);
    if (match === null) continue;
    if (touches !== 'one') return { touches, why, known: true };
    const environment = match.groups?.['environment'] ?? '';
    return { touches: { environment }, why, known: true };
  }
  return { ...UNKNOWN, known: false };
}

/** One environment, and the files that touch it; none if it stays as it is. */
export interface Touched {
  readonly environment: string;
  readonly by: readonly { readonly file: string; readonly why: string }[];
}

/** Every environment, in the order of their names. */
export function touchedEnvironments(changed: readonly string[], facts: Facts): readonly Touched[] {
  const effects = changed.map((file) => ({ file, ...effectOf(file, facts) }));
  return facts.environments.map((environment) => ({
    environment,
    by: effects
      .filter(
        ({ touches }) => touches === 'all' || (typeof touches === 'object' && touches.environment === environment),
      )
      .map(({ file, why }) => ({ file, why })),
  }));
}

/** @throws UserError if the repository has no environment. */
export function readFacts(repository: string): Facts {
  return {
    environments: environmentNames(repository),
    rootModules: modulesFrom(ROOT, repository),
    bootstrapModules: modulesFrom(BOOTSTRAP, repository),
    otherPackages: unusedPackages(repository),
  };
}

/** One per file in terraform/environments, sorted. @throws UserError if there is none, or one that no action takes. */
export function environmentNames(repository: string): readonly string[] {
  const names = entries(join(repository, ROOT, 'environments'))
    .filter((name) => name.endsWith('.tfvars'))
    .map((name) => name.slice(0, -'.tfvars'.length))
    .toSorted();
  if (names.length === 0) {
    throw new UserError('There is no terraform/environments/*.tfvars.', 'Add one for each environment.');
  }
  const known: readonly string[] = ENVIRONMENTS;
  const other = names.find((name) => !known.includes(name));
  if (other === undefined) return names;
  throw new UserError(
    `terraform/environments/${other}.tfvars is of no environment.`,
    `Name it after one of: ${known.join(', ')}.`,
  );
}

/**
 * The files that differ from a commit, from the repository's root: changed, added, removed, and both names of a moved one.
 *
 * @throws UserError if git does not know it.
 */
export function changedFiles(repository: string, base: string): readonly string[] {
  const git = (...args: readonly string[]): { readonly ok: boolean; readonly stdout: string } => {
    const { status, stdout, error } = spawnSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      maxBuffer: Infinity,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (error !== undefined) throw new Error(`git could not be started: ${error.message}`, { cause: error });
    return { ok: status === 0, stdout };
  };
  const commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`);
  if (!commit.ok) {
    throw new UserError(
      `git knows no commit "${base}".`,
      'Give one that has been fetched: see fetch-depth of checkout.',
    );
  }
  const diff = git('diff', '--name-only', '--no-renames', '--no-ext-diff', '-z', commit.stdout.trim(), '--');
  if (!diff.ok) throw new Error(`git could not compare with "${base}".`);
  return diff.stdout.split('\0').filter((file) => file !== '');
}

function isOfBootstrapOnly(file: string, { rootModules, bootstrapModules }: Facts): boolean {
  // The innermost module that holds the file; the root holds all that nobody else does.
  const owner = [...rootModules, ...bootstrapModules]
    .filter((folder) => file.startsWith(`${folder}/`))
    .reduce((longest, folder) => (folder.length > longest.length ? folder : longest), '');
  return bootstrapModules.has(owner) && !rootModules.has(owner);
}

function isOfOtherPackage(file: string, { otherPackages }: Facts): boolean {
  const [, folder = ''] = /^packages\/([^/]+)\//.exec(file) ?? [];
  return otherPackages.has(folder);
}

/** A module's folder and those of all that it calls. */
function modulesFrom(first: string, repository: string): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = existsSync(join(repository, first)) ? [first] : [];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    for (const name of entries(join(repository, folder)).filter((entry) => /\.tf(\.json)?$/.test(entry))) {
      const text = readFileSync(join(repository, folder, name), 'utf8');
      for (const [, path = ''] of text.matchAll(/\bsource"?\s*[=:]\s*"(\.{1,2}\/[^"]*)"/g)) {
        waiting.push(posix.join(folder, path).replace(/\/$/, ''));
      }
    }
  }
  return found;
}

/** A package is used where a lambda's files, or those of a package that is used, name it or its folder. */
function unusedPackages(repository: string): ReadonlySet<string> {
  const unused = new Map(
    entries(join(repository, 'packages')).flatMap((folder): [string, RegExp][] => {
      const manifest = join(repository, 'packages', folder, 'package.json');
      if (!existsSync(manifest)) return [];
      const { name = folder }: { name?: string } = JSON.parse(readFileSync(manifest, 'utf8'));
      const names = [name, `packages/${folder}`, `../${folder}`].map((text) => RegExp.escape(text));
      return [[folder, new RegExp(`(${names.join('|')})["'/]`)]];
    }),
  );
  const waiting = ['lambdas'];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const texts = sources(join(repository, folder));
    for (const [name, mention] of unused) {
      if (!texts.some((text) => mention.test(text))) continue;
      unused.delete(name);
      waiting.push(`packages/${name}`);
    }
  }
  return new Set(unused.keys());
}

/** What is not installed, built or a test. */
function sources(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist', 'test'].includes(entry.name) ? [] : sources(path);
    return /\.([cm]?[jt]s|json)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

function entries(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
