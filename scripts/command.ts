import { describeError, UserError } from '../actions/lib/errors.ts';

/** Runs a command of ours: an error that the user can mend is one line, and the exit code is not 0. */
export async function command(body: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    process.stderr.write(`Error: ${error instanceof UserError ? describeError(error) : stackOf(error)}\n`);
    process.exitCode = 1;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
