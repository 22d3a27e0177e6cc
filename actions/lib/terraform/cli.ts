import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CommandOptions, RunCommand } from '../process.ts';
import { diagnosticReader, type ApplyStep, type Diagnostic } from './diagnostics.ts';
import { withoutSecrets } from './hiding.ts';
import { at } from './json-tree.ts';
import type { Json, PlanJson } from './plan-json.ts';
import { redact } from './secrets.ts';

export interface Backend {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
}

export type PlanResult =
  | { readonly kind: 'planned'; readonly plan: PlanJson; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'failed'; readonly diagnostics: readonly Diagnostic[] };

export interface PlanOptions {
  /** Where the plan is saved: it can hold secrets, so in a folder that nobody else can read, and the caller deletes it. */
  readonly planFile: string;
  readonly varFile: string;
  /** A plan for reading takes no lock; one that will be applied does. */
  readonly lock: boolean;
  readonly extraArgs?: readonly string[];
}

/** The key of an environment's state, one per environment. */
export function stateKey(environment: string): string {
  return `${environment}/terraform.tfstate`;
}

/** The variable file of an environment, relative to the Terraform folder. */
export function varFileOf(environment: string): string {
  return join('environments', `${environment}.tfvars`);
}

/** How long a plan or apply waits for somebody else's lock before it says so; TF_LOCK_TIMEOUT says another time. */
function lockTimeout(): string {
  return `-lock-timeout=${process.env['TF_LOCK_TIMEOUT'] ?? '5m'}`;
}

/** The Terraform commands that actions and Make run, in one folder. Nothing here asks for input. */
export class Terraform {
  readonly #folder: string;
  readonly #run: RunCommand;
  readonly #log: Log;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, run: RunCommand, log: Log, signal?: AbortSignal) {
    this.#folder = folder;
    this.#run = run;
    this.#log = log;
    this.#signal = signal;
  }

  /** @throws UserError if the backend or a provider cannot be had. */
  async init(backend: Backend): Promise<void> {
    const errors: string[] = [];
    const code = await this.#terraform(
      [
        'init',
        '-input=false',
        '-no-color',
        '-reconfigure',
        '-lockfile=readonly',
        ...Object.entries(backend).map(([name, value]) => `-backend-config=${name}=${value}`),
      ],
      {
        onStdout: (line) => this.#log.info(redact(line)),
        onStderr: (line) => errors.push(redact(line)),
      },
    );
    if (code === 0) return;
    throw new UserError(
      `terraform init failed: ${compact(errors)}`,
      `Check the credentials and the state bucket "${backend.bucket}".`,
    );
  }

  /** Plans and reads the saved plan back as JSON, through a file that is deleted at once. */
  async plan(options: PlanOptions): Promise<PlanResult> {
    const { onLine, diagnostics } = diagnosticReader(this.#log, this.#folder);
    const code = await this.#terraform(
      [
        'plan',
        '-input=false',
        '-json',
        `-out=${options.planFile}`,
        `-var-file=${options.varFile}`,
        options.lock ? lockTimeout() : '-lock=false',
        ...(options.extraArgs ?? []),
      ],
      { onStdout: onLine, onStderr: onLine },
    );
    if (code !== 0) return { kind: 'failed', diagnostics: orExitCode(diagnostics, 'plan', code) };
    return { kind: 'planned', plan: await this.#show(options.planFile), diagnostics };
  }

  /**
   * Applies exactly the saved plan. Ephemeral variables are in no saved plan, so the variables come again; Terraform refuses if any
   * other one has changed meanwhile.
   */
  async apply({ planFile, varFile }: Pick<PlanOptions, 'planFile' | 'varFile'>): Promise<{
    readonly ok: boolean;
    readonly diagnostics: readonly Diagnostic[];
    /** What was begun, in the order in which it was. */
    readonly steps: readonly ApplyStep[];
  }> {
    const { onLine, diagnostics, steps } = diagnosticReader(this.#log, this.#folder);
    const args = ['apply', '-input=false', '-json', lockTimeout(), `-var-file=${varFile}`, planFile];
    const code = await this.#terraform(args, { onStdout: onLine, onStderr: onLine });
    return {
      ok: code === 0,
      diagnostics: code === 0 ? diagnostics : orExitCode(diagnostics, 'apply', code),
      steps: steps(),
    };
  }

  /** The outputs that Terraform does not hold for sensitive, as JSON texts without what looks like a secret, by name. */
  async outputs(): Promise<readonly { readonly name: string; readonly text: string }[]> {
    const lines: string[] = [];
    const errors: string[] = [];
    const code = await this.#terraform(['output', '-json'], {
      onStdout: (line) => lines.push(line),
      onStderr: (line) => errors.push(redact(line)),
    });
    if (code !== 0) throw new Error(`terraform output failed: ${compact(errors)}`);
    const outputs: Readonly<Record<string, { readonly sensitive?: boolean; readonly value: Json }>> = JSON.parse(
      lines.join('\n'),
    );
    return Object.entries(outputs).flatMap(([name, { sensitive, value }]) =>
      sensitive === true ? [] : [{ name, text: shownValue(name, value) }],
    );
  }

  async #show(planFile: string): Promise<PlanJson> {
    const file = `${planFile}.json`;
    try {
      const errors: string[] = [];
      const code = await this.#terraform(['show', '-json', planFile], {
        stdoutFile: file,
        onStderr: (line) => errors.push(redact(line)),
      });
      if (code !== 0) throw new Error(`terraform show failed: ${compact(errors)}`);
      const plan: PlanJson = JSON.parse(await readFile(file, 'utf8'));
      return plan;
    } finally {
      await rm(file, { force: true });
    }
  }

  #terraform(args: readonly string[], options: CommandOptions): Promise<number> {
    return this.#run('terraform', args, {
      cwd: this.#folder,
      env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
      ...options,
    });
  }
}

function orExitCode(diagnostics: readonly Diagnostic[], command: string, code: number): readonly Diagnostic[] {
  if (diagnostics.some(({ severity }) => severity === 'error')) return diagnostics;
  return [...diagnostics, { severity: 'error', message: `terraform ${command} ended with exit code ${code}.` }];
}

/** An output's value as one text, with what is a secret by its name or shape hidden. */
function shownValue(name: string, value: Json): string {
  const shown = withoutSecrets({ [name]: value }, { marks: [], secret: false }, new Set());
  return JSON.stringify(at(shown, name));
}

/** Terraform frames its errors; one line is enough for an error message. */
function compact(lines: readonly string[]): string {
  return lines.join(' ').replaceAll(/[╷│╵]/g, '').replaceAll(/\s+/g, ' ').trim();
}
