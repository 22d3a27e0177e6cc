import { writeFile } from 'node:fs/promises';
import type { CommandOptions, RunCommand } from '../../process.ts';

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: CommandOptions;
}

/** What a program does: its lines and its exit code. With `stdoutFile`, standard output goes there as it does really. */
export interface Outcome {
  readonly code?: number;
  readonly stdout?: readonly string[];
  readonly stderr?: readonly string[];
  /** Instead of an outcome: the program cannot be started. */
  readonly error?: Error;
}

/** Keeps every call, and answers it with what `behave` says about it. */
export function recordingCommand(behave: (call: Call) => Outcome | Promise<Outcome> = () => ({})): {
  readonly run: RunCommand;
  readonly calls: readonly Call[];
} {
  const calls: Call[] = [];
  return {
    calls,
    run: async (command, args, options = {}) => {
      const call = { command, args, options };
      calls.push(call);
      const { code = 0, stdout = [], stderr = [], error } = await behave(call);
      if (error !== undefined) throw error;
      if (options.stdoutFile === undefined) for (const line of stdout) options.onStdout?.(line);
      else await writeFile(options.stdoutFile, stdout.join('\n'));
      for (const line of stderr) options.onStderr?.(line);
      return code;
    },
  };
}
