import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../actions/lib/errors.ts';
import { findOnPath, ROOT, TERRAFORM_CONFIG, TOOLS } from '../tools.ts';
import { output } from './programs.ts';
import { installRelease, PLATFORM } from './release.ts';
import { say } from './report.ts';

const VERSION = '1.11.4';
const AT_LEAST = [1, 11] as const;
const RELEASES = process.env['TERRAFORM_RELEASES_URL'] ?? 'https://releases.hashicorp.com';

export async function setUpTerraform(): Promise<void> {
  const found = findOnPath('terraform');
  if (found !== undefined) {
    const [major = 0, minor = 0] = terraformVersion(found) ?? [];
    if (major === AT_LEAST[0] && minor >= AT_LEAST[1]) {
      say('Terraform', `${major}.${minor}, found`);
      return;
    }
    process.stdout.write(
      `  Terraform ${major}.${minor} on PATH does not do: ${AT_LEAST.join('.')} or newer is needed.\n`,
    );
  }
  await installRelease({
    program: 'terraform',
    wanted: 'Terraform 1.11 or newer',
    folder: `${RELEASES}/terraform/${VERSION}`,
    zip: `terraform_${VERSION}_${PLATFORM}.zip`,
    checksums: `terraform_${VERSION}_SHA256SUMS`,
  });
  say('Terraform', `${VERSION}, installed`, true);
}

function terraformVersion(file: string): readonly number[] | undefined {
  const [, major, minor] = /Terraform v(\d+)\.(\d+)/.exec(output(file, ['version'])) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
}

/**
 * Tells Terraform where providers come from: a local mirror if one holds the locked version, otherwise the registry, with a
 * cache so that each version is fetched once and not once per folder.
 */
export function writeTerraformConfig(): void {
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
