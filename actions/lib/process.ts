import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { UserError } from './errors.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of standard output, without its end of line. */
  readonly onStdout?: (line: string) => void;
  /** Called with each line of standard error, without its end of line. */
  readonly onStderr?: (line: string) => void;
  /** Standard output goes to this file (mode 0600) and never through memory: a plan in JSON can be 100 MB on one line. */
  readonly stdoutFile?: string;
  /** Aborting sends SIGINT, which Terraform answers by stopping cleanly and releasing its lock. */
  readonly signal?: AbortSignal;
}

/** Runs a program and resolves with its exit code; one that was ended by a signal counts as interrupted, 130. */
export type RunCommand = (command: string, args: readonly string[], options?: CommandOptions) => Promise<number>;

/**
 * Runs a program without a shell: arguments are an array, texts that can be long travel in files.
 *
 * @throws UserError if the program is not installed.
 */
export const runCommand: RunCommand = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const abort = (): void => void child.kill('SIGINT');
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort, { once: true });

    const pending: Promise<void>[] = [];
    if (options.stdoutFile !== undefined) {
      pending.push(pipeline(child.stdout, createWriteStream(options.stdoutFile, { mode: 0o600 })));
    } else {
      pending.push(eachLine(child.stdout, options.onStdout));
    }
    pending.push(eachLine(child.stderr, options.onStderr));
    // When its output cannot be taken (the disk is full, a listener throws), the program is stopped and that is the error.
    const output = Promise.all(pending);
    output.catch(abort);

    child.on('error', (error: NodeJS.ErrnoException) => {
      options.signal?.removeEventListener('abort', abort);
      // A working folder that is missing gives the same ENOENT, so the program is only blamed when the folder is there.
      reject(
        error.code === 'ENOENT'
          ? new UserError(
              `Cannot start "${command}" in ${options.cwd ?? 'the current folder'}.`,
              'Check that both exist; "make setup" installs the tools.',
              { cause: error },
            )
          : error,
      );
    });
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', abort);
      output.then(() => resolve(code ?? 130), reject);
    });
  });

async function eachLine(stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): Promise<void> {
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) onLine?.(line);
}
