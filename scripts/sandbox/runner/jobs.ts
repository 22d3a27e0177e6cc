import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDeployment, addDeploymentStatus } from '../github/deployment-records.ts';
import type { LocalGitHub } from '../github/index.ts';
import { ACTIONS_BOT, type DeploymentRecord, type GitHubEvent, type RunRecord } from '../github/records.ts';
import { jobName, type ActLine } from './act.ts';
import { ENVIRONMENT_STEP } from './environments.ts';

export interface TrackerOptions {
  readonly github: LocalGitHub;
  readonly owner: string;
  readonly repo: string;
  readonly report: (message: string) => void;
  readonly run: RunRecord;
  readonly event: GitHubEvent;
  /** The folder of the run. */
  readonly folder: string;
  readonly isCancelled: () => boolean;
}

interface Job {
  readonly id: number;
  readonly logFile: string;
  /** As GitHub makes one for every job with an environment. */
  deployment?: DeploymentRecord;
  done: boolean;
}

type Conclusion = 'success' | 'failure' | 'cancelled';

/** Turns act's lines into jobs, their logs and deployments, and the summary of the run. */
export class JobTracker {
  readonly #options: TrackerOptions;
  readonly #jobs = new Map<string, Job>();
  #writes: Promise<void> = Promise.resolve();

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  read(line: ActLine): void {
    if (line.job === undefined) return;
    const { folder, run, isCancelled, report } = this.#options;
    const name = jobName(line, run.name);
    const job = this.#jobs.get(name) ?? this.#add(name);
    if (line.command === 'summary') {
      if (line.step === ENVIRONMENT_STEP) this.#deploy(job, line.content ?? '');
      else this.#append(join(folder, 'summary.md'), line.content ?? '');
    }
    this.#append(job.logFile, line.msg.endsWith('\n') ? line.msg : `${line.msg}\n`);
    if (line.jobResult !== undefined) {
      // act calls a job that was interrupted a failed one, or a successful one where its step has ended well.
      const conclusion = isCancelled() ? 'cancelled' : line.jobResult === 'success' ? 'success' : 'failure';
      this.#complete(job, conclusion);
      report(`run ${run.id} ${conclusion}: ${run.name} / ${name}`);
    }
  }

  async finish(): Promise<void> {
    await this.#writes;
    // Of a runner that has died GitHub hears no more, and fails its jobs.
    const conclusion = this.#options.isCancelled() ? 'cancelled' : 'failure';
    for (const job of this.#jobs.values()) if (!job.done) this.#complete(job, conclusion);
  }

  #add(name: string): Job {
    const { github, run, folder } = this.#options;
    const logFile = join(folder, `${name.replaceAll(/[^\w-]+/g, '-')}.txt`);
    const { id } = github.store.addJob(run.id, { name, logFile });
    github.store.updateJob(id, { status: 'in_progress' });
    const job = { id, logFile, done: false };
    this.#jobs.set(name, job);
    return job;
  }

  #complete(job: Job, conclusion: Conclusion): void {
    const { store } = this.#options.github;
    job.done = true;
    if (job.deployment !== undefined) this.#status(job, conclusion === 'success' ? 'success' : 'failure');
    store.updateJob(job.id, { status: 'completed', conclusion });
  }

  #deploy(job: Job, environment: string): void {
    const { github, event } = this.#options;
    job.deployment = addDeployment(github.store, {
      ...{ sha: event.sha, ref: event.ref.replace(/^refs\/(heads|tags)\//, ''), task: 'deploy', payload: {} },
      ...{ environment, description: null, transient_environment: false },
      ...{ production_environment: environment === 'production', creator: ACTIONS_BOT },
    });
    this.#status(job, 'in_progress');
    github.store.save();
  }

  #status({ id, deployment }: Job, state: string): void {
    const { github, owner, repo, run } = this.#options;
    if (deployment === undefined) return;
    const log_url = `${github.serverUrl}/${owner}/${repo}/actions/runs/${run.id}/job/${id}`;
    addDeploymentStatus(github.store, deployment, { creator: ACTIONS_BOT, state, log_url });
  }

  #append(file: string, text: string): void {
    this.#writes = this.#writes.then(() => appendFile(file, text));
  }
}
