import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand,
  BatchGetProjectsCommand,
  CodeBuildClient,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';

/** What a build is made with. */
export interface BuildProject {
  readonly timeoutMinutes: number;
  /** Plain environment variables: by convention of ours none of them is secret. */
  readonly variables: Readonly<Record<string, string>>;
}

/** CodeBuild, and where its logs are; the real one is `codeBuilds`. */
export interface Builds {
  /** `undefined` if there is no such project. */
  project(name: string): Promise<BuildProject | undefined>;
  /** The last lines of a build's log, oldest first; none if it has no log in CloudWatch. @throws if it may not be read */
  logEnd(id: string, lines: number): Promise<readonly string[]>;
  /** A build that is over stays as it is. */
  stop(id: string): Promise<void>;
}

/** Needs `codebuild:BatchGetProjects`, `BatchGetBuilds`, `StopBuild`, and `logs:GetLogEvents` of the builds' log group. */
export function codeBuilds(
  client: CodeBuildClient = new CodeBuildClient({}),
  logs: CloudWatchLogsClient = new CloudWatchLogsClient({}),
): Builds {
  return {
    async project(name) {
      const { projects } = await client.send(new BatchGetProjectsCommand({ names: [name] }));
      const project = projects?.[0];
      if (project === undefined) return undefined;
      const variables = (project.environment?.environmentVariables ?? []).flatMap(
        ({ name: variable, value, type = 'PLAINTEXT' }) =>
          variable === undefined || value === undefined || type !== 'PLAINTEXT' ? [] : [[variable, value] as const],
      );
      if (project.timeoutInMinutes === undefined) throw new Error('CodeBuild has answered without timeoutInMinutes.');
      return { timeoutMinutes: project.timeoutInMinutes, variables: Object.fromEntries(variables) };
    },
    async logEnd(id, lines) {
      const { builds } = await client.send(new BatchGetBuildsCommand({ ids: [id] }));
      const { groupName, streamName } = builds?.[0]?.logs ?? {};
      if (groupName === undefined || streamName === undefined) return [];
      const { events = [] } = await logs.send(
        new GetLogEventsCommand({ logGroupName: groupName, logStreamName: streamName, limit: lines }),
      );
      return events.map(({ message = '' }) => message.trimEnd());
    },
    async stop(id) {
      await client.send(new StopBuildCommand({ id }));
    },
  };
}
