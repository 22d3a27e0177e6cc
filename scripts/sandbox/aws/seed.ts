import {
  BucketAlreadyOwnedByYou,
  BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ARTIFACTS_BUCKET_PARAMETER, STATE_BUCKET_PARAMETER } from '../../../actions/lib/aws/parameters.ts';

const ACCOUNT = '000000000000';
/** The emulator takes any; these make its account that one. */
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export interface Seed {
  readonly stateBucket: string;
  readonly artifactsBucket: string;
}

/**
 * What `terraform/bootstrap` makes and the first apply needs, under the same names, without the minute that it takes: the state bucket
 * and the artifacts bucket, and their names in SSM. Doing it twice changes nothing. SANDBOX_SEED=none leaves it to `make bootstrap`.
 */
export async function seedAccount(options: { endpointUrl: string; region: string }): Promise<Seed> {
  const { endpointUrl: endpoint, region } = options;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const ssm = new SSMClient({ endpoint, region, credentials });
  const stateBucket = `terraform-statefiles-${ACCOUNT}-${region}`;
  const artifactsBucket = `terraform-artifacts-${ACCOUNT}-${region}`;
  try {
    for (const bucket of [stateBucket, artifactsBucket]) await ensureBucket(s3, bucket, region);
    await putParameter(ssm, STATE_BUCKET_PARAMETER, stateBucket);
    await putParameter(ssm, ARTIFACTS_BUCKET_PARAMETER, artifactsBucket);
  } finally {
    s3.destroy();
    ssm.destroy();
  }
  return { stateBucket, artifactsBucket };
}

async function ensureBucket(s3: S3Client, Bucket: string, region: string): Promise<void> {
  // us-east-1 is the one region that may not be named here.
  // Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
  const location = Object.values(BucketLocationConstraint).find((known) => known === region);
  if (location === undefined && region !== 'us-east-1') throw new Error(`"${region}" is not a region with S3.`);
  try {
    const configuration = location === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: location } };
    await s3.send(new CreateBucketCommand({ Bucket, ...configuration }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  await s3.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  );
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
}

async function putParameter(ssm: SSMClient, Name: string, Value: string): Promise<void> {
  await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
}
