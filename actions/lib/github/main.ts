import * as core from '@actions/core';
import { UserError } from '../errors.ts';
import { withoutCommands } from './actions-log.ts';

/** Runs an action: an error that the reader can mend is one sentence, any other one keeps its stack in the log. */
export async function main(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof UserError) {
      core.setFailed(`${error.message} ${error.hint}`);
    } else if (error instanceof Error) {
      core.setFailed(error.message);
      core.info(withoutCommands(error.stack ?? ''));
    } else {
      core.setFailed(String(error));
    }
  }
}
