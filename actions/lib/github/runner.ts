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

/** Adds Markdown to the summary of the run. */
export async function writeSummary(markdown: string): Promise<void> {
  await core.summary.addRaw(`${markdown}\n`, true).write();
}
