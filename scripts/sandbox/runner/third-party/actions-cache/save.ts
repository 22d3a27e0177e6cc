import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { copyTree, folder, kept, ownInstallation } from './paths.ts';

if (existsSync(folder) && !existsSync(kept) && ownInstallation() === undefined) {
  mkdirSync(dirname(kept), { recursive: true });
  // Written beside and renamed: two jobs may save the same key at once, and neither may see half of it.
  const next = `${kept}.${process.pid}`;
  copyTree(folder, next);
  if (existsSync(kept)) rmSync(next, { recursive: true });
  else renameSync(next, kept);
}
