import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../actions/lib/errors.ts';
import { endTree, isAlive } from './processes.ts';
import { infoFile, runningSandbox, type SandboxInfo } from './state.ts';

const READY_MS = 60_000;
const STOP_MS = 30_000;

/**
 * Starts a sandbox in `dir` and waits until it answers.
 *
 * @param lifetime `mine`: it ends when this process does, however that ends. `until-stopped`: it stays up until `down()`.
 * @param options.account `bootstrapped`: as `make bootstrap` leaves it, `empty`: as AWS hands it over; left out, as SANDBOX_SEED says
 * @throws UserError with the daemon's own last words if it does not come up.
 */
export async function up(
  dir: string,
  lifetime: 'mine' | 'until-stopped',
  { account }: { readonly account?: 'bootstrapped' | 'empty' } = {},
): Promise<SandboxInfo> {
  const running = runningSandbox(dir);
  if (running !== undefined) {
    throw new UserError(`A sandbox is up already (process ${running.pid}).`, 'Stop it with "make sandbox/down".');
  }
  mkdirSync(dir, { recursive: true });
  await rm(infoFile(dir), { force: true });
  const logFile = join(dir, 'sandbox.log');
  const log = openSync(logFile, 'w');
  const daemon = spawn(
    process.execPath,
    [join(import.meta.dirname, 'daemon.ts'), dir, ...(lifetime === 'mine' ? [String(process.pid)] : [])],
    // A group of its own: Ctrl-C at the terminal reaches the command, and the command ends the sandbox in order.
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...(account === undefined ? {} : { SANDBOX_SEED: account === 'empty' ? 'none' : '' }) },
    },
  );
  closeSync(log);
  daemon.unref();
  const ended = once(daemon, 'exit').then(() => true);
  const end = Date.now() + READY_MS;
  while (Date.now() < end) {
    const info = runningSandbox(dir);
    if (info !== undefined) return info;
    if (await Promise.race([ended, delay(25, false)])) break;
  }
  if (daemon.pid !== undefined && isAlive(daemon.pid)) await endTree(daemon.pid, STOP_MS);
  const lastWords = readFileSync(logFile, 'utf8').trim().split('\n').at(-1) ?? '';
  throw new UserError(`The sandbox did not come up. ${lastWords.replace(/^Error: /, '')}`, `Its log is ${logFile}.`);
}

/** Stops the sandbox in `dir` and waits until all of it has ended. Answers `false` if none was up. */
export async function down(dir: string): Promise<boolean> {
  const running = runningSandbox(dir);
  if (running === undefined) return false;
  process.kill(running.pid, 'SIGTERM');
  const end = Date.now() + STOP_MS;
  while (isAlive(running.pid) && Date.now() < end) await delay(50);
  if (isAlive(running.pid)) await endTree(running.pid, 0);
  return true;
}

/** Stops it and forgets everything in it. The cache of installed packages stays: it is only ever an optimisation. */
export async function reset(dir: string): Promise<void> {
  await down(dir);
  if (!existsSync(dir)) return;
  for (const name of ['aws', 'github', 'runs', 'sandbox.log', 'emulator.log']) {
    await rm(join(dir, name), { recursive: true, force: true });
  }
}
