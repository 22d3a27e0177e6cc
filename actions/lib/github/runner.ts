import { tmpdir } from 'node:os';
import * as core from '@actions/core';

/** The checked out repository. */
export function workspace(): string {
  return process.env['GITHUB_WORKSPACE'] ?? process.cwd();
}

/** A folder that is emptied after the job. */
export function runnerTemp(): string {
  return process.env['RUNNER_TEMP'] ?? tmpdir();
}

/**
 * Aborted when the run is cancelled: the runner sends SIGINT to this process alone, and SIGTERM 7.5 seconds later. So Terraform can
 * be told to stop in order, and what this process has to clean up is cleaned up.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation
 */
export function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

/** Adds Markdown to the summary of the run. */
export async function writeSummary(markdown: string): Promise<void> {
  await core.summary.addRaw(`${markdown}\n`, true).write();
}
