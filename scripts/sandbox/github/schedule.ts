import { parse } from 'yaml';
import { ApiError } from './answers.ts';
import { announce } from './events.ts';
import type { Hub } from './hub.ts';
import { loginOf } from './objects.ts';

const FOLDER = '.github/workflows';

/**
 * What the clock does at GitHub: starts one workflow of the default branch that has a schedule, by the first of its times. Its actor is
 * who has last changed the file, which is GitHub's rule for the author of a schedule in short.
 */
export async function runSchedule(hub: Hub, workflow: string): Promise<{ sha: string; runs: readonly number[] }> {
  const { git, defaultBranch } = hub;
  const sha = await git.resolve(`refs/heads/${defaultBranch}`);
  const path = `${FOLDER}/${workflow}`;
  const file = sha === undefined ? undefined : (await git.entries(sha, path))?.file;
  if (sha === undefined || file === undefined) throw new ApiError(404, `${defaultBranch} has no ${path}.`);
  const trigger = Object(Object(parse((await git.blob(file.sha)).toString('utf8'))).on).schedule;
  if (!Array.isArray(trigger)) throw new ApiError(422, `${path} has no schedule.`);
  const [last] = await git.log(sha, { limit: 1, path });
  const login = last === undefined ? hub.owner : loginOf(hub, last.author);
  const payload = { schedule: String(Object(trigger[0]).cron), workflow: path };
  const event = { name: 'schedule' as const, ref: `refs/heads/${defaultBranch}`, sha, payload, workflow };
  return { sha, runs: await announce(hub, { login, kind: 'user', readOnly: false }, event) };
}
