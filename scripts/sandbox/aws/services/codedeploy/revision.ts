import { createHash } from 'node:crypto';
import type { RevisionLocation, S3Location } from '@aws-sdk/client-codedeploy';
import { AwsError } from '../json-protocol.ts';
import { DeploymentFailure, messageOf } from './platform.ts';

/** Reads an object of S3, as text. */
export type ReadObject = (location: S3Location) => Promise<string>;

/**
 * The AppSpec that a revision carries, or `undefined` when it lies in S3.
 *
 * @throws AwsError as CodeDeploy refuses a revision that ECS and Lambda cannot be deployed from
 */
export function contentIn(revision: RevisionLocation): string | undefined {
  const { revisionType, s3Location, string, appSpecContent } = revision;
  if (revisionType === 'S3') {
    if (s3Location?.bucket === undefined || s3Location.key === undefined) {
      throw invalid('A revision of the type S3 needs a bucket and a key.');
    }
    if (s3Location.bundleType !== 'YAML' && s3Location.bundleType !== 'JSON') {
      throw invalid('The bundle type of an AppSpec in S3 must be YAML or JSON.');
    }
    return undefined;
  }
  const given = revisionType === 'AppSpecContent' ? appSpecContent : revisionType === 'String' ? string : undefined;
  if (given?.content === undefined) {
    throw invalid('The revision must be of the type AppSpecContent, String or S3, and must have its content.');
  }
  const sum = createHash('sha256').update(given.content).digest('hex');
  if (given.sha256 !== undefined && given.sha256 !== sum) {
    throw invalid(`The SHA-256 of the AppSpec is ${sum}, and not ${given.sha256}.`);
  }
  return given.content;
}

/** The same once a deployment has begun: what is wrong is then the deployment's failure. */
export async function contentOf(revision: RevisionLocation | undefined, read: ReadObject): Promise<string> {
  if (revision === undefined) throw new DeploymentFailure('REVISION_MISSING', 'The deployment has no revision.');
  const content = contentIn(revision);
  if (content !== undefined) return content;
  const location = revision.s3Location ?? {};
  try {
    return await read(location);
  } catch (error) {
    throw new DeploymentFailure(
      'REVISION_MISSING',
      `The revision s3://${location.bucket}/${location.key} could not be read: ${messageOf(error)}`,
    );
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRevisionException', message);
}
