import type { Permissions } from '../github/records.ts';
import { isMapping, jobsOf, type Mapping, type Workflow } from './workflows.ts';

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions */
const SCOPES = [
  ...['actions', 'attestations', 'checks', 'contents', 'deployments', 'discussions', 'id-token', 'issues', 'models'],
  ...['packages', 'pages', 'pull-requests', 'repository-projects', 'security-events', 'statuses'],
];

/** What a workflow has that says nothing, in a repository with GitHub's restricted default. */
const DEFAULT: Permissions = { contents: 'read', packages: 'read' };

/**
 * All that the jobs of a workflow may do, those of the workflows that they call included. At GitHub each job has a token of its own;
 * here they share one, so this finds what is asked for nowhere in the workflow.
 *
 * @throws Error where a called workflow asks for more than its caller gives, which GitHub refuses to start
 */
export function permissionsOf({ path, content, called }: Workflow): Permissions {
  return union(jobPermissions(path, content, called, undefined));
}

function jobPermissions(
  path: string,
  content: Mapping,
  called: Workflow['called'],
  limit: Permissions | undefined,
): readonly Permissions[] {
  const whole = read(path, content['permissions']) ?? limit ?? DEFAULT;
  return Object.entries(jobsOf(content)).flatMap(([name, job]) => {
    const own = read(path, job['permissions']) ?? whole;
    if (limit !== undefined) refuseMore(path, name, own, limit);
    const callee = called.get(String(job['uses']));
    return callee === undefined ? [own] : jobPermissions(callee.path, callee.content, called, own);
  });
}

function read(path: string, value: unknown): Permissions | undefined {
  if (value === undefined) return undefined;
  if (value === 'read-all') return Object.fromEntries(SCOPES.map((scope) => [scope, 'read']));
  if (value === 'write-all') return Object.fromEntries(SCOPES.map((scope) => [scope, 'write']));
  const result: Record<string, 'read' | 'write'> = {};
  for (const [scope, level] of Object.entries(isMapping(value) ? value : {})) {
    if (!SCOPES.includes(scope)) throw new Error(`${path}: there is no permission "${scope}".`);
    if (level === 'read' || level === 'write') result[scope] = level;
    else if (level !== 'none') throw new Error(`${path}: "${scope}" cannot be "${String(level)}".`);
  }
  return result;
}

function refuseMore(path: string, job: string, own: Permissions, limit: Permissions): void {
  for (const [scope, level] of Object.entries(own)) {
    const allowed = limit[scope];
    if (allowed === level || allowed === 'write') continue;
    throw new Error(
      `${path}: the job "${job}" asks for "${scope}: ${level}", and its caller gives "${scope}: ${allowed ?? 'none'}".`,
    );
  }
}

function union(all: readonly Permissions[]): Permissions {
  const result: Record<string, 'read' | 'write'> = {};
  for (const permissions of all) {
    for (const [scope, level] of Object.entries(permissions)) {
      if (result[scope] !== 'write') result[scope] = level;
    }
  }
  return result;
}
