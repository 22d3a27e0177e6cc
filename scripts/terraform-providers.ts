/**
 * Providers that stay up while module tests run. Terraform starts one afresh for every walk over a graph, several times for each `run`
 * block: hundreds of megabytes of program each time, which is nearly all that a test with a mocked provider costs. Of a mocked one only
 * the schemas and the validation of resources are asked for, and those do not depend on what was asked before, so all tests can share it.
 * For real plans this is wrong: a provider that stays up keeps the configuration and the credentials that it was given first.
 * https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../actions/lib/process.ts';
import { offlineEnv } from './offline-terraform.ts';

/** Where a provider answers, by its source address: what TF_REATTACH_PROVIDERS holds, as the provider itself says it. */
type Reattach = Readonly<Record<string, unknown>>;

interface Running {
  readonly child: ChildProcess;
  readonly reattach: Reattach;
}

/** Ends the provider with us, however we end: our end of the pipe is closed then. And ends when the provider does. */
const UNTIL_INPUT_ENDS = `
  exec 3<&0
  "$0" -debug 3<&- < /dev/null &
  provider=$!
  { read -r _ <&3; kill "$provider"; } > /dev/null 2>&1 &
  wait "$provider"`;

/** One process for each program, whoever uses it. */
export class SharedProviders {
  readonly #folder: string;
  readonly #running = new Map<string, Promise<Running>>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<SharedProviders> {
    // Of the sockets. Short, since the path of a socket may have about 100 characters.
    return new SharedProviders(await mkdtemp(join(tmpdir(), 'tf-')));
  }

  /**
   * The environment in which Terraform uses them in this folder.
   *
   * @param module folder, initialised by `initOffline`.
   */
  async envOf(module: string): Promise<NodeJS.ProcessEnv> {
    const reattach: Record<string, unknown> = {};
    for (const program of await programsOf(module)) {
      const running = this.#running.get(program) ?? start(program, this.#folder);
      this.#running.set(program, running);
      Object.assign(reattach, (await running).reattach);
    }
    return { ...offlineEnv(module), TF_REATTACH_PROVIDERS: JSON.stringify(reattach) };
  }

  async close(): Promise<void> {
    // One that did not come up has said so, and has ended.
    for (const running of await Promise.allSettled(this.#running.values())) {
      if (running.status === 'fulfilled') await stop(running.value.child);
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The programs of the providers that the folder's lock file names; there may be others from before. */
async function programsOf(module: string): Promise<readonly string[]> {
  const said: string[] = [];
  const env: NodeJS.ProcessEnv = { ...offlineEnv(module), CHECKPOINT_DISABLE: '1' };
  const onStdout = (line: string): void => void said.push(line);
  const code = await runCommand('terraform', ['version', '-json'], { cwd: module, env, onStdout });
  if (code !== 0) throw new Error(`terraform version failed in ${module}.`);
  const { provider_selections: selections }: { readonly provider_selections: Readonly<Record<string, string>> } =
    JSON.parse(said.join('\n'));
  return Object.entries(selections).map(([address, version]) => {
    const folder = join(env['TF_DATA_DIR'] ?? '', 'providers', address, version);
    const [platform = '', ...platforms] = readdirSync(folder);
    const program = readdirSync(join(folder, platform)).find((name) => name.startsWith('terraform-provider-'));
    if (program === undefined || platforms.length > 0) throw new Error(`${folder} should hold one provider.`);
    // The folders link to one installation.
    return realpathSync(join(folder, platform, program));
  });
}

async function start(program: string, folder: string): Promise<Running> {
  const child = spawn('sh', ['-c', UNTIL_INPUT_ENDS, program], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, json] = /^\s*TF_REATTACH_PROVIDERS='(.*)'\s*$/.exec(line) ?? [];
    if (json !== undefined) return { child, reattach: JSON.parse(json) };
  }
  await stop(child);
  throw new Error(`${program} did not come up:\n${errors}`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await ended;
}
