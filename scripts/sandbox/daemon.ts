/**
 * The sandbox as one process: emulator, front door, GitHub and runner. Started by `up()` in client.ts, ended by SIGTERM.
 *   node daemon.ts <folder> [<process id of its parent>]
 * With a parent it ends when that does, however it ends.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, UserError } from '../../actions/lib/errors.ts';
import { findTools, ROOT, toolEnv } from '../tools.ts';
import { freePort, startEmulator, type Emulator } from './aws/emulator.ts';
import { startFrontDoor } from './aws/front-door.ts';
import { seedAccount } from './aws/seed.ts';
import { seedImages } from './aws/seed-images.ts';
import { createServices } from './aws/services/index.ts';
import { RUNNING_PATH } from './aws/services/running/index.ts';
import { DEFAULT_SPEED, Pace } from './aws/services/pace.ts';
import { Stores } from './aws/services/store.ts';
import { startGitHub } from './github/index.ts';
import { Runner } from './runner/runner.ts';
import { infoFile, type SandboxInfo } from './state.ts';

const REGION = 'eu-west-1';
const OWNER = 'acme';
const REPO = 'rest-api';

const [dir = '', parent] = process.argv.slice(2);
const closers: (() => Promise<void>)[] = [];
let closing: Promise<void> | undefined;

function report(message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${message}\n`);
}

/** Last started, first ended; one that fails does not keep the others. */
function close(): Promise<void> {
  closing ??= (async () => {
    for (const closer of closers.toReversed()) {
      try {
        await closer();
      } catch (error) {
        report(`on the way down: ${describeError(error)}`);
        process.exitCode = 1;
      }
    }
    await rm(infoFile(dir), { force: true });
  })();
  return closing;
}

/** A part that came up while the rest goes down already is ended at once, and nothing more is started. */
async function atClose(closer: () => Promise<void>): Promise<void> {
  closers.push(closer);
  if (closing === undefined) return;
  await closing;
  await closer();
  throw new Error('Stopped before it was up.');
}

/** Starts something on the port that a variable chooses, on a free one without. */
async function listening<T>(variable: string, listen: (port: { port?: number }) => Promise<T>): Promise<T> {
  const value = process.env[variable] ?? '';
  if (value === '') return listen({});
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) {
    throw new UserError(`${variable} is "${value}", which is no port.`, 'Set it to a number up to 65535, or unset it.');
  }
  try {
    return await listen({ port });
  } catch (error) {
    if (!causes(error).some((cause) => cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'))
      throw error;
    throw new UserError(
      `Port ${port} is in use.`,
      `Stop what listens there, set ${variable} to another port, or unset it.`,
      { cause: error },
    );
  }
}

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

/** How this machine reaches the outside (proxies, certificates, npm's settings): what a runner of GitHub has in its own way. */
function machineSettings(): Record<string, string> {
  const wanted = /^(npm_config_.*|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|tmpdir)$/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      wanted.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** How many times faster than AWS waits go by; SANDBOX_SPEED says another one. */
function speed(): number {
  const value = process.env['SANDBOX_SPEED'] ?? '';
  if (value === '') return DEFAULT_SPEED;
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  throw new UserError(`SANDBOX_SPEED is "${value}", which is no speed.`, 'Set it to a number above 0, or unset it.');
}

/** Whether the account begins as `make bootstrap` leaves one, or with SANDBOX_SEED=none as AWS hands it over. */
function isSeeded(): boolean {
  const value = process.env['SANDBOX_SEED'] ?? '';
  if (value === '' || value === 'none') return value === '';
  throw new UserError(`SANDBOX_SEED is "${value}", which says nothing.`, 'Set it to "none", or unset it.');
}

/** Without the emulator the rest is of no use. */
async function closeWith(emulator: Emulator): Promise<void> {
  const { lastLines } = await emulator.exited;
  if (closing === undefined) {
    report(`The emulator has ended by itself: ${lastLines}`);
    process.exitCode = 1;
  }
  await close();
}

async function start(): Promise<void> {
  const tools = findTools();
  const seeded = isSeeded();
  await mkdir(dir, { recursive: true });
  const emulatorPort = await freePort();
  const github: { url?: string } = {};
  const started = await listening('SANDBOX_AWS_PORT', async (given) => {
    // Services call each other at the front door, so its address has to be known before there is one.
    const port = given.port ?? (await freePort());
    const services = createServices(
      {
        region: REGION,
        endpointUrl: `http://127.0.0.1:${port}`,
        stores: new Stores(join(dir, 'aws', 'services')),
        pace: new Pace(speed()),
        folder: (service) => join(dir, 'aws', service),
        report,
      },
      {
        sourceUrl: (name) => `${github.url}/${name}.git`,
        buildEnv: machineSettings(),
      },
    );
    const { handlers, controls } = services;
    const frontDoor = await startFrontDoor({
      port,
      emulatorUrl: `http://127.0.0.1:${emulatorPort}`,
      handlers,
      controls,
      log: ({ error, service, action }) => {
        if (error !== undefined) report(`${service ?? 'AWS'} ${action ?? ''}: ${describeError(error)}`);
      },
    });
    return { frontDoor, services };
  });
  const { frontDoor, services } = started;
  await atClose(() => frontDoor.close());
  const emulator = await startEmulator({
    python: tools.python,
    stateDir: join(dir, 'aws'),
    nodeBinDir: tools.nodeBinDir,
    logFile: join(dir, 'emulator.log'),
    endpointUrl: frontDoor.url,
    port: emulatorPort,
    persist: true,
  });
  await atClose(() => emulator.stop());
  void closeWith(emulator);
  await atClose(() => services.close());
  await services.start();
  const account = { endpointUrl: frontDoor.url, region: REGION };
  if (seeded) await seedAccount(account);
  const dockerfile = join(ROOT, 'service/Dockerfile');
  await seedImages({ ...account, dockerfile, ...(seeded ? {} : { base: 'only' }) });

  const runsDir = join(dir, 'runs');
  const runner: { current?: Runner } = {};
  const hub = await listening('SANDBOX_GITHUB_PORT', (port) =>
    startGitHub({
      ...port,
      stateDir: join(dir, 'github'),
      runsDir,
      owner: OWNER,
      repo: REPO,
      links: [{ title: 'What runs in AWS', url: frontDoor.url + RUNNING_PATH }],
      onEvent: (event) => runner.current?.handle(event),
      onError: (error) => report(`GitHub: ${describeError(error)}`),
    }),
  );
  github.url = hub.serverUrl;
  await atClose(() => hub.close());
  runner.current = new Runner({
    github: hub,
    owner: OWNER,
    repo: REPO,
    act: tools.act,
    runsDir,
    cacheDir: join(dir, 'cache'),
    installation: ROOT,
    env: {
      ...machineSettings(),
      ...toolEnv(),
      HOME: process.env['HOME'] ?? dir,
      LANG: 'C.UTF-8',
      AWS_ENDPOINT_URL: frontDoor.url,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    // As `make bootstrap` says to set them.
    vars: {
      AWS_REGION: REGION,
      PLAN_ROLE_ARN: 'arn:aws:iam::000000000000:role/rest-api-plan',
      APPLY_ROLE_ARN: 'arn:aws:iam::000000000000:role/rest-api-apply-test',
      DEPLOY_ROLE_ARN: 'arn:aws:iam::000000000000:role/rest-api-deploy-test',
    },
    report,
  });
  await atClose(() => runner.current?.close() ?? Promise.resolve());

  const info: SandboxInfo = {
    pid: process.pid,
    awsUrl: frontDoor.url,
    githubApiUrl: hub.apiUrl,
    githubUrl: hub.serverUrl,
    cloneUrl: hub.cloneUrl,
    owner: OWNER,
    repo: REPO,
    region: REGION,
    userToken: hub.tokens.user,
    actionsToken: hub.tokens.actions,
    runsDir,
  };
  // Whoever waits for the file must never see half of it.
  await writeFile(`${infoFile(dir)}.next`, JSON.stringify(info, undefined, 2), { mode: 0o600 });
  await rename(`${infoFile(dir)}.next`, infoFile(dir));
  report('ready');
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void close());
if (parent !== undefined) {
  // The children of one that was killed get a new parent at once, maybe before this is read: so by the id that was given.
  const watch = setInterval(() => {
    if (process.ppid === Number(parent)) return;
    clearInterval(watch);
    report('The process that this sandbox belongs to has ended.');
    void close();
  }, 500);
  watch.unref();
}

try {
  await start();
} catch (error) {
  // The last line of the log is what `up()` shows.
  process.stderr.write(`Error: ${describeError(error)}\n`);
  await close();
  process.exitCode = 1;
}
