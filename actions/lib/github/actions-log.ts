import * as core from '@actions/core';
import type { Log } from '../log.ts';

/** Progress in a workflow's log, with GitHub's groups, annotations and masks. */
export const actionsLog: Log = {
  info: (message) => core.info(withoutCommands(message)),
  warning: (message) => core.warning(message),
  error: (message, place) =>
    core.error(message, {
      ...(place?.file === undefined ? {} : { file: place.file }),
      ...(place?.line === undefined ? {} : { startLine: place.line }),
      ...(place?.title === undefined ? {} : { title: place.title }),
    }),
  group: (name, body) => core.group(name, body),
  mask: core.setSecret,
};

/**
 * The runner takes a line that begins with `::`, or one that holds `##[` anywhere, for a command. What is logged here comes from
 * plans and programs, so such a line is shown and not obeyed.
 * Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function withoutCommands(message: string): string {
  return message.replaceAll(/^([\s\u0085]*)::/gm, '$1\u200B::').replaceAll('##[', '#\u200B#[');
}
