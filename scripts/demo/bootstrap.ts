import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxInfo } from '../sandbox/state.ts';
import { ROOT, toolEnv, TOOLS } from '../tools.ts';

/**
 * `make bootstrap` in a clone, by somebody who may do everything in the account.
 *
 * @returns what is to be set at GitHub, one command a line
 * @throws Error with what it said, if it fails
 */
export async function bootstrapAccount(folder: string, sandbox: SandboxInfo, signal: AbortSignal): Promise<string> {
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
    });
    // Terraform then stops in order, and gives its lock back.
    const stop = (): boolean => child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    const said = { out: '', all: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.out += text;
      said.all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.all += text));
    const [code] = await once(child, 'close');
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`make bootstrap ended with ${code}:\n${said.all.slice(-4000)}`);
    return said.out.trimEnd();
  } finally {
    // It is a link, which git would take for a file.
    await rm(modules);
  }
}
