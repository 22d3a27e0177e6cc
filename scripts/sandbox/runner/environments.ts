import { isMap, type Document } from 'yaml';

/** The step that is put before the others of a job with an `environment`, in act's copy of the workflow. */
export const ENVIRONMENT_STEP = 'Set up the environment (sandbox)';

/**
 * act takes `environment` and does nothing with it, and only a job that runs knows its name (`${{ inputs.environment }}` of a called
 * workflow, in a matrix). So the job says it first of all, in a summary of its own that the runner takes for itself.
 */
export function announceEnvironments(document: Document): void {
  const jobs = document.get('jobs');
  if (!isMap(jobs)) return;
  for (const { value: job } of jobs.items) {
    if (!isMap(job) || !job.has('environment') || !job.has('steps')) continue;
    const name: unknown = job.getIn(['environment', 'name']) ?? job.get('environment');
    if (typeof name !== 'string') continue;
    const step = {
      name: ENVIRONMENT_STEP,
      shell: 'bash',
      env: { SANDBOX_ENVIRONMENT: name },
      run: 'printf "%s" "$SANDBOX_ENVIRONMENT" >> "$GITHUB_STEP_SUMMARY"',
    };
    const steps: unknown = job.toJSON().steps;
    job.set('steps', document.createNode([step, ...(Array.isArray(steps) ? steps : [])]));
  }
}
