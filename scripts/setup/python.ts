import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../actions/lib/errors.ts';
import { findOnPath, ROOT } from '../tools.ts';
import { output, run } from './programs.ts';
import { say } from './report.ts';

/**
 * A virtual environment with exactly what a file of requirements names, by hash. Made anew when that file changes.
 *
 * @param folder of the environment.
 * @param file name of the requirements in the project's root.
 * @throws UserError if Python or pip cannot do it.
 */
export function setUpPython(folder: string, file: string): void {
  const requirements = readFileSync(join(ROOT, file));
  const stamp = join(folder, 'requirements.sha256');
  const hash = createHash('sha256').update(requirements).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    say('Python', `virtual environment of ${file} is up to date`);
    return;
  }
  const version = pythonVersion();
  run(
    'python3',
    ['-m', 'venv', '--clear', folder],
    'Python could not make a virtual environment.',
    'Install its venv module (Debian and Ubuntu: python3-venv) and run this again.',
  );
  run(
    join(folder, 'bin/pip'),
    ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '-r', join(ROOT, file)],
    `pip could not install what ${file} names.`,
    'The reason is above; are you online?',
  );
  writeFileSync(stamp, hash);
  say('Python', `${version}, packages of ${file} installed`, true);
}

function pythonVersion(): string {
  if (findOnPath('python3') === undefined) {
    throw new UserError('python3 is missing.', 'Install Python 3.10 or newer and run this again.');
  }
  const version = output('python3', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']).trim();
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 10)) {
    throw new UserError(`Python ${version} is too old.`, 'Install Python 3.10 or newer, and let python3 be that.');
  }
  return version;
}
