import { findOnPath } from '../tools.ts';
import { buildWithGo, output } from './programs.ts';
import { say } from './report.ts';

const VERSION = 'v0.2.89';

/** act comes with the Python packages, except on machines for which there is none. */
export function setUpAct(): void {
  const found = findOnPath('act');
  if (found !== undefined) {
    say('act', output(found, ['--version']).trim());
    return;
  }
  buildWithGo(
    `github.com/nektos/act@${VERSION}`,
    'act is missing, and there is no package of it for this machine.',
    'Install act (https://nektosact.com) or Go, and run this again.',
  );
  say('act', `${VERSION}, built`, true);
}
