import type { GitHubEvent, RunRecord } from '../github/records.ts';
import type { Contexts } from './expression.ts';

export interface Place {
  readonly owner: string;
  readonly repo: string;
  readonly serverUrl: string;
  readonly apiUrl: string;
  /** The variables that the run gets. */
  readonly vars: Readonly<Record<string, string>>;
}

type Run = Pick<RunRecord, 'id' | 'name' | 'run_number' | 'run_attempt' | 'triggering_actor'>;

/** What a workflow's own expressions may name before its jobs run. */
export function contextsOf(event: GitHubEvent, run: Run, { owner, repo, serverUrl, apiUrl, vars }: Place): Contexts {
  const branch = (side: string): unknown => Object(Object(event.payload['pull_request'])[side]).ref ?? '';
  return {
    github: {
      ...{ event: event.payload, event_name: event.name, ref: event.ref, ref_name: refName(event.ref) },
      ...{ sha: event.sha, actor: event.actor, triggering_actor: run.triggering_actor ?? event.actor },
      ...{ head_ref: branch('head'), base_ref: branch('base'), workflow: run.name },
      ...{ run_id: String(run.id), run_number: String(run.run_number), run_attempt: String(run.run_attempt) },
      ...{ repository: `${owner}/${repo}`, repository_owner: owner, server_url: serverUrl, api_url: apiUrl },
    },
    inputs: event.payload['inputs'] ?? {},
    vars,
  };
}

/** `github.ref_name`: `main`, or `7/merge`. */
export function refName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags|pull)\//, '');
}
