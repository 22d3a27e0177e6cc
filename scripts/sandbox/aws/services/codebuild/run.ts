import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { ROOT } from '../../../../tools.ts';
import type { ServiceContext } from '../context.ts';
import type { Guard } from '../../../guard.ts';
import { LogShipper } from '../ecs/log-shipper.ts';
import { upload } from './artifacts.ts';
import {
  BuildError,
  checkRuntimes,
  COMMAND_PHASES,
  readBuildspec,
  type Buildspec,
  type CommandPhase,
} from './buildspec.ts';
import { restoreModules } from './cache.ts';
import { environmentOf } from './environment.ts';
import type { Neighbours } from './neighbours.ts';
import type { BuildRecord, PhaseRecord, PhaseType } from './records.ts';
import { runCommands, type ShellState } from './shell.ts';
import { unpackZip } from './zip.ts';

export interface RunParts {
  readonly context: ServiceContext;
  readonly neighbours: Neighbours;
  readonly guard: Guard;
  readonly machine: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

const phaseTypes = { install: 'INSTALL', pre_build: 'PRE_BUILD', build: 'BUILD', post_build: 'POST_BUILD' } as const;

/** Why a build ends before its time: the reason of the signal that ends it. */
export class BuildEnd extends Error {
  override readonly name = 'BuildEnd';
  readonly status: 'STOPPED' | 'TIMED_OUT' | 'FAULT';
  readonly code: string;

  constructor(status: 'STOPPED' | 'TIMED_OUT' | 'FAULT', code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** One build, from its source to its artifacts. What happens is written into its record; it never throws. */
export class BuildRun {
  readonly #build: BuildRecord;
  readonly #parts: RunParts;
  readonly #folder: string;
  readonly #source: string;
  #file: WriteStream | undefined;
  #shipper: LogShipper | undefined;
  #shells = 0;

  constructor(build: BuildRecord, parts: RunParts) {
    this.#build = build;
    this.#parts = parts;
    this.#folder = path.join(parts.context.folder('codebuild'), build.id.slice(build.id.indexOf(':') + 1));
    this.#source = path.join(this.#folder, 'source');
  }

  async run(): Promise<void> {
    const build = this.#build;
    let ended: BuildEnd | undefined;
    try {
      await this.#steps();
    } catch (error) {
      if (error instanceof BuildEnd) ended = error;
      else if (!(error instanceof BuildError)) {
        const why = error instanceof Error ? error.message : String(error);
        ended = new BuildEnd('FAULT', 'INTERNAL_SERVICE_ERROR', why);
        this.#parts.context.report(`The build ${build.id} broke: ${why}`);
      }
    }
    await this.#phase('FINALIZING', () => this.#closeLog(), { always: true }).catch(() => undefined);
    if (ended !== undefined) endPhase(build, ended);
    const failed = build.phases.some(({ status }) => status === 'FAILED');
    build.phases.push({ type: 'COMPLETED', start: Date.now(), contexts: [] });
    build.end = Date.now();
    build.status = ended?.status ?? (failed ? 'FAILED' : 'SUCCEEDED');
    await this.#cleanUp();
  }

  async #steps(): Promise<void> {
    const { context, neighbours, machine } = this.#parts;
    const folders = {
      source: this.#source,
      home: path.join(this.#folder, 'home'),
      temporary: path.join(this.#folder, 'tmp'),
    };
    let spec: Buildspec | undefined;
    const shell: ShellState = { cwd: folders.source, env: {} };
    for (const type of ['SUBMITTED', 'QUEUED'] as const) await this.#phase(type, async () => undefined);
    await this.#phase('PROVISIONING', async () => {
      for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
      await this.#openLog();
    });
    await this.#phase('DOWNLOAD_SOURCE', async () => {
      await this.#download();
      spec = await this.#buildspec();
      checkRuntimes(spec);
      shell.env = await environmentOf(context, { build: this.#build, spec, neighbours, machine, folders });
      const brought = await restoreModules(folders.source, ROOT, spec.cache?.paths ?? []);
      this.#say(brought.length === 0 ? 'No cache was found' : `Restored from cache: ${brought.join(', ')}`);
    });
    if (spec === undefined) throw new Error('There is no buildspec.');
    await this.#commands(spec, shell);
    const names = spec.env?.['exported-variables'] ?? [];
    this.#build.exported = names.map((name) => ({ name, value: shell.env[name] ?? '' }));
    const { artifacts } = spec;
    await this.#phase('UPLOAD_ARTIFACTS', async () => {
      this.#build.result = await upload(this.#build, artifacts, this.#source, neighbours);
    });
  }

  /**
   * A failing install or pre_build ends the build; after a failing build the commands of post_build still run.
   * https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
   */
  async #commands(spec: Buildspec, shell: ShellState): Promise<void> {
    for (const name of COMMAND_PHASES) {
      try {
        await this.#phase(phaseTypes[name], () => this.#commandPhase(spec, name, shell));
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        shell.env['CODEBUILD_BUILD_SUCCEEDING'] = '0';
        const onFailure = spec.phases[name]?.['on-failure'];
        const goesOn = onFailure === undefined ? name === 'build' || name === 'post_build' : onFailure === 'CONTINUE';
        if (!goesOn) throw error;
      }
    }
  }

  async #commandPhase(spec: Buildspec, name: CommandPhase, shell: ShellState): Promise<void> {
    const phase = spec.phases[name];
    if (phase === undefined) return;
    const run = (commands: readonly string[]): Promise<void> => {
      this.#shells += 1;
      return runCommands(commands, shell, {
        guard: this.#parts.guard,
        folder: path.join(this.#folder, 'shell', String(this.#shells)),
        onLine: (line) => this.#line(line),
        signal: this.#parts.signal,
      });
    };
    let failure: BuildError | undefined;
    try {
      await run(phase.commands);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      failure = error;
    }
    await run(phase.finally);
    if (failure !== undefined) throw failure;
  }

  async #download(): Promise<void> {
    const { type, location = '' } = this.#build.source;
    if (type === 'NO_SOURCE') return;
    const zip = await this.#parts.neighbours.getObject(location);
    await unpackZip(zip, this.#source);
  }

  async #buildspec(): Promise<Buildspec> {
    const named = this.#build.source.buildspec ?? '';
    // Given inline it has lines.
    if (named.includes('\n')) return readBuildspec(named);
    const file = named === '' ? 'buildspec.yml' : named;
    let text: string;
    try {
      text = await readFile(path.join(this.#source, file), 'utf8');
    } catch {
      throw new BuildError('YAML_FILE_ERROR', `YAML file does not exist: ${file}`);
    }
    return readBuildspec(text);
  }

  /** @param always also when the build is being ended */
  async #phase(type: PhaseType, work: () => Promise<void>, { always = false } = {}): Promise<void> {
    if (!always) this.#parts.signal.throwIfAborted();
    const phase: PhaseRecord = { type, start: Date.now(), contexts: [] };
    this.#build.phases.push(phase);
    this.#say(`Entering phase ${type}`);
    try {
      await work();
      if (!always) this.#parts.signal.throwIfAborted();
      phase.status = 'SUCCEEDED';
    } catch (error) {
      const reason: unknown = this.#parts.signal.aborted ? this.#parts.signal.reason : error;
      const code = reason instanceof BuildError || reason instanceof BuildEnd ? reason.code : 'INTERNAL_SERVICE_ERROR';
      phase.status = reason instanceof BuildEnd ? reason.status : 'FAILED';
      phase.contexts.push({ statusCode: code, message: reason instanceof Error ? reason.message : String(reason) });
      throw reason;
    } finally {
      phase.end = Date.now();
      const [context] = phase.contexts;
      this.#say(`Phase complete: ${type} State: ${phase.status}`);
      this.#say(`Phase context status code: ${context?.statusCode ?? ''} Message: ${context?.message ?? ''}`);
    }
  }

  async #openLog(): Promise<void> {
    const { groupName: group, streamName: stream } = this.#build.logs;
    this.#file = createWriteStream(`${this.#folder}.log`, { mode: 0o600 });
    if (group === undefined || stream === undefined) return;
    await this.#parts.neighbours.createLogStream(group, stream);
    const report = (message: string): void => this.#parts.context.report(`${this.#build.id}: ${message}`);
    this.#shipper = new LogShipper((events) => this.#parts.neighbours.putLogEvents(group, stream, events), report);
  }

  #say(text: string): void {
    const time = new Date().toISOString().replaceAll('-', '/').replace('T', ' ').slice(0, 19);
    this.#line(`[Container] ${time} ${text}`);
  }

  #line(text: string): void {
    this.#file?.write(`${text}\n`);
    this.#shipper?.line(text);
  }

  async #closeLog(): Promise<void> {
    await this.#shipper?.end();
    if (this.#file !== undefined) {
      this.#file.end();
      await finished(this.#file);
    }
    this.#file = undefined;
    this.#shipper = undefined;
  }

  /** The log stays beside it. Nobody waits for this but who stops the sandbox: there are many files. */
  async #cleanUp(): Promise<void> {
    try {
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#parts.context.report(`The folder of the build ${this.#build.id} is left behind: ${why}`);
    }
  }
}

/** Says in the phase that was going on why it is over, if nothing else has. */
export function endPhase(build: BuildRecord, { status, code, message }: BuildEnd): void {
  if (build.phases.some((phase) => phase.status === status)) return;
  const last = build.phases.at(-1);
  if (last === undefined) return;
  last.status = status;
  last.end = Date.now();
  last.contexts.push({ statusCode: code, message });
}
