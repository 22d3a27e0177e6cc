import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { clientOptions, type ServiceContext } from '../context.ts';
import { BuildError } from './buildspec.ts';

/** The most that GetParameters takes. */
const MAX_PARAMETERS = 10;

/** What CodeBuild asks of other services. */
export class Neighbours {
  readonly #s3: S3Client;
  readonly #logs: CloudWatchLogsClient;
  readonly #ssm: SSMClient;

  constructor(context: ServiceContext) {
    const options = clientOptions(context);
    this.#s3 = new S3Client({ ...options, forcePathStyle: true });
    this.#logs = new CloudWatchLogsClient(options);
    this.#ssm = new SSMClient(options);
  }

  close(): void {
    for (const client of [this.#s3, this.#logs, this.#ssm]) client.destroy();
  }

  /** @param location `<bucket>/<key>` */
  async getObject(location: string, versionId?: string): Promise<Uint8Array> {
    const slash = location.indexOf('/');
    const at = { Bucket: location.slice(0, slash), Key: location.slice(slash + 1) };
    try {
      const answer = await this.#s3.send(
        new GetObjectCommand({ ...at, ...(versionId === undefined ? {} : { VersionId: versionId }) }),
      );
      if (answer.Body === undefined) throw new Error('It has no content.');
      return await answer.Body.transformToByteArray();
    } catch (error) {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new BuildError('CLIENT_ERROR', `Downloading the source from ${location} failed: ${why}`);
    }
  }

  async putObject(bucket: string, key: string, body: Uint8Array): Promise<void> {
    try {
      await this.#s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
    } catch (error) {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      throw new BuildError('CLIENT_ERROR', `Uploading the artifacts to ${bucket}/${key} failed: ${why}`);
    }
  }

  /** Makes the group as well, if it is not there. */
  async createLogStream(group: string, stream: string): Promise<void> {
    const make = () => this.#logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
    try {
      await make();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      await this.#logs.send(new CreateLogGroupCommand({ logGroupName: group }));
      await make();
    }
  }

  async putLogEvents(group: string, stream: string, events: InputLogEvent[]): Promise<void> {
    await this.#logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents: events }));
  }

  /**
   * @param names by variable
   * @throws BuildError when one is not there
   */
  async parameters(names: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const wanted = [...new Set(Object.values(names))];
    const values = new Map<string, string>();
    for (let at = 0; at < wanted.length; at += MAX_PARAMETERS) {
      const Names = wanted.slice(at, at + MAX_PARAMETERS);
      const { Parameters = [] } = await this.#ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
      for (const { Name = '', Value = '' } of Parameters) values.set(Name, Value);
    }
    const missing = wanted.filter((name) => !values.has(name));
    if (missing.length > 0) {
      const message = `Secrets could not be read: there are no parameters ${missing.join(', ')}`;
      throw new BuildError('CLIENT_ERROR', message);
    }
    return Object.fromEntries(Object.entries(names).map(([variable, name]) => [variable, values.get(name) ?? '']));
  }
}
