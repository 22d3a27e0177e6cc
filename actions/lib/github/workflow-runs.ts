import { UserError } from '../errors.ts';
import type { Octokit, Repository } from './octokit.ts';

export interface WorkflowRun {
  readonly id: number;
  readonly ended: boolean;
  readonly url: string;
}

/** The runs of one workflow; the real one is `octokitWorkflowRuns`. */
export interface WorkflowRuns {
  /** The newest one of a pull request's commit. */
  latest(head: string): Promise<WorkflowRun | undefined>;
  one(id: number): Promise<WorkflowRun>;
  /** Runs all jobs of one that has ended once more. */
  again(id: number): Promise<void>;
}

/** @param workflow the name of its file */
export function octokitWorkflowRuns(github: Octokit, repository: Repository, workflow: string): WorkflowRuns {
  const toRun = (data: { id: number; status: string | null; html_url: string }): WorkflowRun => ({
    id: data.id,
    ended: data.status === 'completed',
    url: data.html_url,
  });
  return {
    async latest(head) {
      const { data } = await github.rest.actions.listWorkflowRuns({
        ...repository,
        workflow_id: workflow,
        event: 'pull_request',
        head_sha: head,
        per_page: 1,
      });
      const [newest] = data.workflow_runs;
      return newest === undefined ? undefined : toRun(newest);
    },
    async one(id) {
      const { data } = await github.rest.actions.getWorkflowRun({ ...repository, run_id: id });
      return toRun(data);
    },
    async again(id) {
      try {
        await github.rest.actions.reRunWorkflow({ ...repository, run_id: id });
      } catch (error) {
        // GitHub keeps a run for 30 days.
        if (!(error instanceof Error && 'status' in error && error.status === 403)) throw error;
        throw new UserError('GitHub does not run that again.', 'Push a commit to the pull request, empty or not.', {
          cause: error,
        });
      }
    },
  };
}
