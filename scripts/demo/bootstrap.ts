import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Guard } from '../sandbox/guard.ts';
import { endTree } from '../sandbox/processes.ts';
import type { SandboxInfo } from '../sandbox/state.ts';
import { ROOT, toolEnv, TOOLS } from '../tools.ts';

const STOP_MS = 10_000;

/**
 * `make bootstrap` in a clone, by somebody who may do everything in the account.
 *
 * @returns what is to be set at GitHub, one command a line
 * @throws Error with what it said, if it fails
 */
export async function bootstrapAccount(folder: string, sandbox: SandboxInfo, signal: AbortSignal): Promise<string> {
  const guard = new Guard();
  const modules = join(folder, 'node_modules');
  await symlink(join(ROOT, 'node_modules'), modules);
  try {
    const child = spawn(process.execPath, ['scripts/bootstrap.ts'], {
      cwd: folder,
      env: {
        ...process.env,
        ...toolEnv(),
        TOOLS_DIR: TOOLS,
        ARGS: '-auto-approve',
        AWS_ENDPOINT_URL: sandbox.awsUrl,
        AWS_REGION: sandbox.region,
        AWS_ACCESS_KEY_ID: 'sandbox',
        AWS_SECRET_ACCESS_KEY: 'sandbox',
        AWS_EC2_METADATA_DISABLED: 'true',
        GITHUB_API_URL: sandbox.githubApiUrl,
        GH_TOKEN: sandbox.userToken,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, with Terraform and the providers, that ends also when this process is killed.
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) guard.add(pid);
    let stopped = Promise.resolve();
    const stop = (): void => {
      // Terraform is asked first, and would give its lock back.
      if (pid !== undefined) stopped = endTree(pid, STOP_MS);
    };
    signal.addEventListener('abort', stop);
    const said = { out: '', all: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
      said.all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.all += text));
    const [code] = await once(child, 'close');
    signal.removeEventListener('abort', stop);
    await stopped;
    if (pid !== undefined) guard.remove(pid);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`make bootstrap ended with ${code}:\n${said.all.slice(-4000)}`);
    return said.out.trimEnd();
  } finally {
    await guard.close();
    // It is a link, which git would take for a file.
    await rm(modules);
  }
}
