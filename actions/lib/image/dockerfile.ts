import { posix } from 'node:path';
import {
  DockerfileParser,
  type Copy,
  type From,
  type Healthcheck,
  type Instruction,
  type PropertyInstruction,
} from 'dockerfile-ast';
import { UserError } from '../errors.ts';
import { expand, readHealthcheck, readProperties, readWords } from './dockerfile-values.ts';
import type { ContainerConfig } from './manifest.ts';

/** Files of the repository that belong into the image. */
export interface CopiedPath {
  /** Relative to the repository. */
  readonly source: string;
  /** Absolute, in the image. */
  readonly target: string;
  /** A file goes into it under its own name; otherwise `target` is its name. */
  readonly intoFolder: boolean;
  readonly uid: number;
  readonly gid: number;
}

/** What the last stage of a Dockerfile makes of its base image. */
export interface FinalStage {
  readonly config: ContainerConfig;
  /** In the order in which they are made, absolute. */
  readonly folders: readonly string[];
  readonly copies: readonly CopiedPath[];
  /** For the image's history. */
  readonly lines: readonly string[];
}

export interface ServiceDockerfile {
  readonly base: string;
  /** Applies the last stage to the configuration of the base image. */
  finish(base: ContainerConfig): FinalStage;
}

export interface DockerfileOptions {
  /** Its path, for messages. */
  readonly file: string;
  /** Build arguments, as `--build-arg` gives them. */
  readonly args: Readonly<Record<string, string>>;
  /** The command of the build stage that makes the files; what is run here must be what is run there. */
  readonly build: string;
}

interface Stage {
  readonly from: From;
  readonly instructions: readonly Instruction[];
}

/**
 * Reads a Dockerfile as far as it can be carried out without running anything in the image: the build stage is run by its command on
 * this machine, and the last stage may only copy from it and describe itself.
 * Source: https://docs.docker.com/reference/dockerfile/
 *
 * @throws UserError naming the line that cannot be
 */
export function readDockerfile(text: string, options: DockerfileOptions): ServiceDockerfile {
  const { file, args, build } = options;
  const parsed = DockerfileParser.parse(text);
  const globals = new Map<string, string>();
  for (const arg of parsed.getInitialARGs()) declare(arg, globals, args, new Map(), file);
  const stages: Stage[] = [];
  for (const instruction of parsed.getInstructions()) {
    if (isFrom(instruction)) stages.push({ from: instruction, instructions: [] });
    const last = stages.pop();
    if (last === undefined) continue;
    const isBody = instruction !== last.from;
    stages.push(isBody ? { ...last, instructions: [...last.instructions, instruction] } : last);
  }
  const final = stages.at(-1);
  const image = final?.from.getImage() ?? '';
  if (final === undefined || image === '') {
    throw new UserError(`${file} has no stage.`, 'It needs a line that begins with FROM.');
  }
  const base = expand(image, globals, at(file, final.from));
  if (base === 'scratch' || stages.some(({ from }) => from.getBuildStage() === base)) {
    throw refused(file, final.from, 'begins its last stage from another stage');
  }
  const platform = final.from.getPlatformFlag()?.getValue() ?? '$TARGETPLATFORM';
  if (!/^\$\{?TARGETPLATFORM\}?$/.test(platform)) throw refused(file, final.from, 'fixes the platform');
  return {
    base,
    finish: (config) => {
      const reader = new StageReader(config, { file, args, build, globals, stages });
      for (const instruction of final.instructions) reader.read(instruction);
      return reader.result();
    },
  };
}

interface Surroundings extends DockerfileOptions {
  readonly globals: ReadonlyMap<string, string>;
  readonly stages: readonly Stage[];
}

class StageReader {
  readonly #around: Surroundings;
  readonly #args = new Map<string, string>();
  readonly #env: Map<string, string>;
  readonly #folders: string[] = [];
  readonly #copies: CopiedPath[] = [];
  readonly #lines: string[] = [];
  #config: ContainerConfig;
  #setCmd = false;

  constructor(base: ContainerConfig, around: Surroundings) {
    this.#around = around;
    this.#config = base;
    this.#env = new Map(
      (base.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  }

  result(): FinalStage {
    const env = [...this.#env].map(([name, value]) => `${name}=${value}`);
    const config = env.length === 0 ? this.#config : { ...this.#config, Env: env };
    return { config, folders: this.#folders, copies: this.#copies, lines: this.#lines };
  }

  read(instruction: Instruction): void {
    const { file } = this.#around;
    const keyword = instruction.getKeyword();
    switch (keyword) {
      case 'ARG':
        declare(instruction, this.#args, this.#around.args, this.#around.globals, file);
        return;
      case 'ENV':
        for (const [name, value] of this.#properties(instruction)) this.#env.set(name, value);
        break;
      case 'LABEL':
        this.#set({ Labels: { ...this.#config.Labels, ...Object.fromEntries(this.#properties(instruction)) } });
        break;
      case 'WORKDIR': {
        const folder = posix.resolve(this.#config.WorkingDir || '/', this.#text(instruction));
        this.#set({ WorkingDir: folder });
        this.#folders.push(folder);
        break;
      }
      case 'USER':
        this.#set({ User: this.#text(instruction) });
        break;
      case 'STOPSIGNAL':
        this.#set({ StopSignal: this.#text(instruction) });
        break;
      case 'EXPOSE': {
        const ports = this.#text(instruction).split(/\s+/);
        const exposed = ports.map((port) => [port.includes('/') ? port : `${port}/tcp`, {}]);
        this.#set({ ExposedPorts: { ...this.#config.ExposedPorts, ...Object.fromEntries(exposed) } });
        break;
      }
      case 'ENTRYPOINT':
        this.#entrypoint(readWords(instruction, at(file, instruction)));
        break;
      case 'CMD':
        this.#setCmd = true;
        this.#set({ Cmd: readWords(instruction, at(file, instruction)) });
        break;
      case 'HEALTHCHECK':
        if (isHealthcheck(instruction)) {
          this.#set({ Healthcheck: readHealthcheck(instruction, at(file, instruction)) });
        }
        break;
      case 'COPY':
        if (isCopy(instruction)) this.#copy(instruction);
        break;
      default:
        throw refused(file, instruction, `has ${keyword} in its last stage`);
    }
    this.#lines.push(instruction.toString().replaceAll(/\s*\\?\n\s*/g, ' '));
  }

  /** The base image's arguments are for the base image's program. */
  #entrypoint(words: readonly string[]): void {
    const { Cmd, ...others } = this.#config;
    this.#config = { ...(this.#setCmd && Cmd !== undefined ? { ...others, Cmd } : others), Entrypoint: words };
  }

  #copy(instruction: Copy): void {
    const { file } = this.#around;
    const flags = new Map(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? '']));
    const stage = flags.get('from');
    const other = [...flags.keys()].find((name) => name !== 'from' && name !== 'chown');
    if (stage === undefined || other !== undefined) {
      throw refused(file, instruction, other === undefined ? 'copies from the context' : `copies with --${other}`);
    }
    const owner = /^(\d+)(?::(\d+))?$/.exec(flags.get('chown') ?? '0:0');
    if (owner === null) throw refused(file, instruction, 'gives files to somebody by name');
    const words = instruction.getArguments().map((word) => this.#expand(word.getValue(), instruction));
    const target = words.pop() ?? '';
    const folder = posix.resolve(this.#config.WorkingDir || '/', target);
    if (words.length === 0 || words.some((word) => /[[*?]/.test(word))) {
      throw refused(file, instruction, 'copies by a pattern');
    }
    for (const word of words) {
      this.#copies.push({
        source: this.#sourceOf(word, stage, instruction),
        target: folder,
        intoFolder: words.length > 1 || /(^|\/)\.{0,2}$/.test(target),
        uid: Number(owner[1]),
        gid: Number(owner[2] ?? owner[1]),
      });
    }
  }

  /** A path of the build stage as one of the repository, which that stage has copied whole. */
  #sourceOf(word: string, name: string, instruction: Instruction): string {
    const { file, stages, build } = this.#around;
    const stage = stages.find(({ from }) => from.getBuildStage() === name);
    if (stage === undefined) throw refused(file, instruction, `copies from "${name}", which is none of its stages`);
    let folder = '/';
    let context: string | undefined;
    for (const step of stage.instructions) {
      const content = step.getArgumentsContent() ?? '';
      if (step.getKeyword() === 'WORKDIR') folder = posix.resolve(folder, content);
      if (step.getKeyword() === 'COPY' && /^\.\s+(\.\/?)$/.test(content)) context = folder;
    }
    const runs = stage.instructions.filter((step) => step.getKeyword() === 'RUN');
    if (context === undefined || !runs.some((step) => (step.getArgumentsContent() ?? '').includes(build))) {
      throw refused(file, stage.from, `has a stage "${name}" that is not "COPY . ." and "RUN ${build}"`);
    }
    const source = posix.relative(context, posix.resolve(folder, word));
    if (source === '' || source.startsWith('..')) throw refused(file, instruction, `copies ${word}`);
    return source;
  }

  #set(change: ContainerConfig): void {
    this.#config = { ...this.#config, ...change };
  }

  #text(instruction: Instruction): string {
    return this.#expand(instruction.getArgumentsContent() ?? '', instruction);
  }

  #expand(value: string, instruction: Instruction): string {
    return expand(value, new Map([...this.#args, ...this.#env]), at(this.#around.file, instruction));
  }

  #properties(instruction: Instruction): readonly (readonly [string, string])[] {
    const variables = new Map([...this.#args, ...this.#env]);
    return isPropertyInstruction(instruction)
      ? readProperties(instruction, variables, at(this.#around.file, instruction))
      : [];
  }
}

/** An ARG: what was given for it, else its default, else what it is outside of the stages. */
function declare(
  instruction: Instruction,
  into: Map<string, string>,
  given: Readonly<Record<string, string>>,
  globals: ReadonlyMap<string, string>,
  file: string,
): void {
  if (!isPropertyInstruction(instruction)) return;
  for (const property of instruction.getProperties()) {
    const name = property.getName();
    const fallback = property.getValue();
    const value = given[name] ?? (fallback === null ? undefined : expand(fallback, into, at(file, instruction)));
    const known = value ?? globals.get(name);
    if (known !== undefined) into.set(name, known);
  }
}

function at(file: string, instruction: Instruction): string {
  return `${file}:${instruction.getRange().start.line + 1}`;
}

function refused(file: string, instruction: Instruction, what: string): UserError {
  return new UserError(
    `${at(file, instruction)} ${what}, which only Docker can build.`,
    'Start a Docker engine, or write the last stage with ARG, ENV, LABEL, WORKDIR, COPY --from, USER, EXPOSE, HEALTHCHECK, STOPSIGNAL, ENTRYPOINT and CMD alone.',
  );
}

function isFrom(instruction: Instruction): instruction is From {
  return instruction.getKeyword() === 'FROM';
}

function isCopy(instruction: Instruction): instruction is Copy {
  return instruction.getKeyword() === 'COPY';
}

function isHealthcheck(instruction: Instruction): instruction is Healthcheck {
  return instruction.getKeyword() === 'HEALTHCHECK';
}

function isPropertyInstruction(instruction: Instruction): instruction is PropertyInstruction {
  return ['ARG', 'ENV', 'LABEL'].includes(instruction.getKeyword());
}
