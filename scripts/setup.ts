/**
 * Installs what the machine does not have, below `.tools/`, and says what it found. Run by `make setup` with nothing installed
 * but the npm packages; running it again takes a second.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { describeError, UserError } from '../actions/lib/errors.ts';
import { findOnPath, ROOT, TERRAFORM_CONFIG, toolPath, TOOLS, VENV } from './tools.ts';

const TERRAFORM_VERSION = '1.11.4';
const TERRAFORM_AT_LEAST = [1, 11] as const;
const RELEASES = process.env['TERRAFORM_RELEASES_URL'] ?? 'https://releases.hashicorp.com';
const ACT_VERSION = 'v0.2.89';

const verbose = process.argv.includes('--verbose');

/** What was done is always said; what was found already only when somebody asks. */
function say(name: string, what: string, done = false): void {
  if (verbose || done) process.stdout.write(`  ${name.padEnd(10)} ${what}\n`);
}

function run(command: string, args: readonly string[], problem: string, hint: string): void {
  const env = { ...process.env, PATH: toolPath() };
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  if (status !== 0) throw new UserError(problem, hint, { cause: error });
}

function output(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: toolPath(), TF_CLI_CONFIG_FILE: '' },
  });
}

/** What the machine itself must have, besides Node and Python. */
function checkMachine(): void {
  const missing = ['git', 'bash', 'ps'].filter((program) => findOnPath(program) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `Missing: ${missing.join(', ')}.`,
      'Install it (ps is in the package procps) and run this again.',
    );
  }
}

/** A virtual environment with exactly what requirements.txt names, by hash. Made anew when that file changes. */
function setUpPython(): void {
  const requirements = readFileSync(join(ROOT, 'requirements.txt'));
  const stamp = join(VENV, 'requirements.sha256');
  const hash = createHash('sha256').update(requirements).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    say('Python', 'virtual environment is up to date');
    return;
  }
  if (findOnPath('python3') === undefined) {
    throw new UserError('python3 is missing.', 'Install Python 3.10 or newer and run this again.');
  }
  const version = output('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || minor < 10) {
    throw new UserError(`Python ${version} is too old.`, 'Install Python 3.10 or newer, and let python3 be that.');
  }
  run(
    'python3',
    ['-m', 'venv', '--clear', VENV],
    'Python could not make a virtual environment.',
    'Install its venv module (Debian and Ubuntu: python3-venv) and run this again.',
  );
  run(
    join(VENV, 'bin/pip'),
    ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', join(ROOT, 'requirements.txt')],
    'pip could not install what requirements.txt names.',
    'The reason is above; are you online?',
  );
  writeFileSync(stamp, hash);
  say('Python', `${version}, packages installed`, true);
}

function setUpAct(): void {
  const found = findOnPath('act');
  if (found !== undefined) {
    say('act', output(found, ['--version']).trim());
    return;
  }
  if (findOnPath('go') === undefined) {
    throw new UserError(
      'act is missing, and there is no package of it for this machine.',
      'Install act (https://nektosact.com) or Go, and run this again.',
    );
  }
  execFileSync('go', ['install', `github.com/nektos/act@${ACT_VERSION}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOBIN: join(TOOLS, 'bin') },
  });
  say('act', `${ACT_VERSION}, built`, true);
}

function terraformVersion(file: string): readonly number[] | undefined {
  const [, major, minor] = /Terraform v(\d+)\.(\d+)/.exec(output(file, ['version'])) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

async function setUpTerraform(): Promise<void> {
  const found = findOnPath('terraform');
  if (found !== undefined) {
    const [major = 0, minor = 0] = terraformVersion(found) ?? [];
    if (major === TERRAFORM_AT_LEAST[0] && minor >= TERRAFORM_AT_LEAST[1]) {
      say('Terraform', `${major}.${minor}, found`);
      return;
    }
    process.stdout.write(
      `  Terraform ${major}.${minor} on PATH does not do: ${TERRAFORM_AT_LEAST.join('.')} or newer is needed.\n`,
    );
  }
  await installTerraform();
  say('Terraform', `${TERRAFORM_VERSION}, installed`, true);
}

/** Takes the release for this machine, and only if its SHA-256 is the one in the release's own list. */
async function installTerraform(): Promise<void> {
  const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const name = `terraform_${TERRAFORM_VERSION}_${platform}.zip`;
  const folder = `${RELEASES}/terraform/${TERRAFORM_VERSION}`;
  const sums = new TextDecoder().decode(await download(`${folder}/terraform_${TERRAFORM_VERSION}_SHA256SUMS`));
  const wanted = sums
    .split('\n')
    .find((line) => line.endsWith(`  ${name}`))
    ?.split(' ')[0];
  if (wanted === undefined) {
    throw new UserError(
      `There is no Terraform release for ${platform}.`,
      'Install Terraform 1.11 or newer, and let it be on PATH.',
    );
  }
  const zip = await download(`${folder}/${name}`);
  const sum = createHash('sha256').update(zip).digest('hex');
  if (sum !== wanted)
    throw new UserError(
      `${name} has the wrong checksum (${sum}).`,
      'Try again; if it stays so, somebody is in between.',
    );
  const program = unzipSync(zip)['terraform'];
  if (program === undefined) throw new Error(`${name} holds no terraform.`);
  const file = join(TOOLS, 'bin/terraform');
  mkdirSync(dirname(file), { recursive: true });
  // Renamed into place, so that an interrupted one leaves nothing that looks like Terraform.
  writeFileSync(`${file}.next`, program);
  chmodSync(`${file}.next`, 0o755);
  renameSync(`${file}.next`, file);
}

async function download(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new UserError(
      `${url} cannot be reached.`,
      'Install Terraform 1.11 or newer, or go online, and run this again.',
      { cause: error },
    );
  }
  if (!response.ok)
    throw new UserError(`${url} answered ${response.status}.`, 'Install Terraform 1.11 or newer by hand.');
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * Tells Terraform where providers come from: a local mirror if one holds the locked version, otherwise the registry, with a
 * cache so that each version is fetched once and not once per folder.
 */
function writeTerraformConfig(): void {
  const mirror = findMirror(lockedVersion());
  const cache = join(TOOLS, 'terraform-plugins');
  mkdirSync(cache, { recursive: true });
  const text =
    mirror === undefined
      ? `plugin_cache_dir = "${cache}"\n`
      : [
          'provider_installation {',
          `  filesystem_mirror {\n    path    = "${mirror}"\n    include = ["registry.terraform.io/hashicorp/aws"]\n  }`,
          '  direct {\n    exclude = ["registry.terraform.io/hashicorp/aws"]\n  }',
          '}\n',
        ].join('\n');
  mkdirSync(dirname(TERRAFORM_CONFIG), { recursive: true });
  writeFileSync(TERRAFORM_CONFIG, text);
  say('Provider', mirror === undefined ? 'from the registry, cached in .tools' : 'from the local mirror');
}

function lockedVersion(): string {
  const lock = readFileSync(join(ROOT, 'terraform/.terraform.lock.hcl'), 'utf8');
  const version = /hashicorp\/aws" \{\s*version\s*=\s*"([^"]+)"/.exec(lock)?.[1];
  if (version === undefined) throw new Error('terraform/.terraform.lock.hcl names no version of hashicorp/aws.');
  return version;
}

function findMirror(version: string): string | undefined {
  const given = process.env['TF_PLUGIN_MIRROR'];
  const roots = [
    join(homedir(), '.terraform.d'),
    '/usr/share',
    '/usr/local/share',
    '/usr/local/lib',
    '/var/lib',
    '/opt',
  ];
  const candidates = given === undefined ? roots.flatMap((root) => [root, ...foldersIn(root)]) : [given];
  const holds = (folder: string): boolean => existsSync(join(folder, 'registry.terraform.io/hashicorp/aws', version));
  const found = candidates.find(holds);
  if (given !== undefined && found === undefined) {
    throw new UserError(
      `TF_PLUGIN_MIRROR (${given}) does not hold hashicorp/aws ${version}.`,
      'Correct it or unset it.',
    );
  }
  return found;
}

function foldersIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(root, entry.name));
}

try {
  say('Node', process.version);
  checkMachine();
  setUpPython();
  setUpAct();
  await setUpTerraform();
  writeTerraformConfig();
} catch (error) {
  process.stderr.write(`Error: ${describeError(error)}\n`);
  process.exitCode = 1;
}
