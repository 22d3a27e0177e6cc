import { join } from 'node:path';
import { TOOLS } from '../tools.ts';
import { setUpPython } from './python.ts';

const VENV = join(TOOLS, 'fuzz');

/**
 * Installs what is missing of Schemathesis, in an environment of its own: only one check uses it.
 *
 * @returns the program.
 * @throws UserError if it cannot be had.
 */
export function setUpFuzzer(): string {
  setUpPython(VENV, 'requirements-fuzz.txt');
  return join(VENV, 'bin/schemathesis');
}
