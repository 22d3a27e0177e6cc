import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { archiveCommit, fetchCommit, NotInRepositoryError, type FetchedCommit, type Missing } from '../git.ts';
import { ActionError } from '../records.ts';
import type { Job } from './job.ts';

/**
 * A commit from a repository behind a connection, as a zip.
 * https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
 */
export async function source(job: Job): Promise<Record<string, string>> {
  const { configuration, execution, record, output, neighbours, signal } = job;
  const { ConnectionArn: connection = '', FullRepositoryId: repository = '', BranchName: branch = '' } = configuration;
  const provider = await usableConnection(job, connection);
  const wanted = execution.wanted[record.name];
  const folder = path.join(job.folder, 'repository');
  await mkdir(folder, { recursive: true });
  let commit: FetchedCommit;
  try {
    const what = wanted === undefined ? { branch } : { commit: wanted };
    commit = await fetchCommit(job.sourceUrl(repository), what, folder, signal);
  } catch (error) {
    if (!(error instanceof NotInRepositoryError)) throw error;
    throw notFound(error, provider, { repository, branch, commit: wanted ?? branch });
  }
  const file = path.join(job.folder, 'source.zip');
  await archiveCommit(folder, commit.sha, file, signal);
  if (output !== undefined) await neighbours.putArtifact(output, await readFile(file));
  const revisionUrl = neighbours.consoleUrl(
    `settings/connections/redirect?connectionArn=${connection}&referenceType=COMMIT&FullRepositoryId=${repository}&Commit=${commit.sha}`,
  );
  const revisionSummary = JSON.stringify({ ProviderType: provider, CommitMessage: commit.message });
  execution.revisions.push({
    actionName: record.name,
    artifact: job.declaration.outputArtifacts?.[0]?.name ?? '',
    revisionId: commit.sha,
    revisionSummary,
    revisionUrl,
  });
  record.externalId = commit.sha;
  record.externalUrl = revisionUrl;
  record.summary = revisionSummary;
  return {
    AuthorDate: commit.authoredAt,
    AuthorDisplayName: commit.authorName,
    AuthorEmail: commit.authorEmail,
    BranchName: branch,
    CommitId: commit.sha,
    CommitMessage: commit.message,
    ConnectionArn: connection,
    FullRepositoryName: repository,
    ProviderType: provider,
  };
}

async function usableConnection({ neighbours }: Job, arn: string): Promise<string> {
  const connection = await neighbours.connection(arn);
  if (connection === undefined) {
    throw new ActionError('ConfigurationError', `Unable to use Connection: ${arn}. There is no such connection.`);
  }
  if (connection.ConnectionStatus !== 'AVAILABLE') {
    throw new ActionError(
      'ConfigurationError',
      `Connection ${arn} is not available: its status is ${connection.ConnectionStatus}.`,
    );
  }
  return connection.ProviderType ?? 'GitHub';
}

/** AWS's own words for a branch (aws/copilot-cli#5507), and the like for the others. */
function notFound(
  error: NotInRepositoryError,
  provider: string,
  names: { readonly repository: string; readonly branch: string; readonly commit: string },
): ActionError {
  const sentences: Readonly<Record<Missing, string>> = {
    repository: `[${provider}] No Repository found for FullRepositoryName [${names.repository}]`,
    branch: `[${provider}] No Branch [${names.branch}] found for FullRepositoryName [${names.repository}]`,
    commit: `[${provider}] No Commit [${names.commit}] found for FullRepositoryName [${names.repository}]`,
  };
  const code = error.missing === 'commit' ? 'RevisionUnavailable' : 'ConfigurationError';
  return new ActionError(code, sentences[error.missing], { cause: error });
}
