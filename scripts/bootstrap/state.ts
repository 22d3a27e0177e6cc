import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import joi from 'joi';
import { UserError } from '../../actions/lib/errors.ts';
import type { RunCommand } from '../../actions/lib/process.ts';

/** What tells one state, and one version of it, from others. */
export interface StateVersion {
  readonly lineage: string;
  readonly serial: number;
}

/** The state of `terraform/bootstrap`: in a file beside it until there is a bucket, then in that. */
export interface StateStore {
  /** The file's version; nothing if there is none. */
  local(): Promise<StateVersion | undefined>;
  /** Connects Terraform with the file, which need not be there. */
  useLocal(): Promise<void>;
  /** After `useLocal`: before Terraform is connected with the bucket. */
  leaveLocal(): Promise<void>;
  /** Of the backend that Terraform is connected with; nothing if there is no state in it. */
  pull(): Promise<StateVersion | undefined>;
  /** Puts the file into a bucket as it is. @throws UserError if there is a state under that key already. */
  upload(bucket: string, key: string): Promise<void>;
  /** The file's state is in the bucket. */
  forgetLocal(): Promise<void>;
}

const version = joi
  .object<StateVersion>({ lineage: joi.string().required(), serial: joi.number().required() })
  .unknown();

/** @param name of the account and region, so that one working folder can bootstrap several accounts. */
export function terraformState(
  folder: string,
  name: string,
  run: RunCommand,
  s3: Pick<S3Client, 'send'> = new S3Client({}),
): StateStore {
  const path = `${name}.tfstate`;
  const file = join(folder, path);
  const override = join(folder, 'local_override.tf');

  async function terraform(args: readonly string[]): Promise<string> {
    const said = { out: [] as string[], errors: [] as string[] };
    const code = await run('terraform', args, {
      cwd: folder,
      env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' },
      onStdout: (line) => said.out.push(line),
      onStderr: (line) => said.errors.push(line),
    });
    if (code === 0) return said.out.join('\n').trim();
    const reason = said.errors.join(' ').replaceAll(/[╷│╵]/g, '').replaceAll(/\s+/g, ' ').trim();
    throw new UserError(
      `terraform ${args.slice(0, 2).join(' ')} failed: ${reason}`,
      'Nothing is lost: mend the cause and run it again.',
    );
  }

  return {
    async local() {
      return existsSync(file) ? parse(await readFile(file, 'utf8')) : undefined;
    },
    async useLocal() {
      await writeFile(override, `terraform {\n  backend "local" {\n    path = ${JSON.stringify(path)}\n  }\n}\n`);
      await terraform(['init', '-input=false', '-no-color', '-reconfigure', '-lockfile=readonly']);
    },
    leaveLocal: () => rm(override, { force: true }),
    async pull() {
      const text = await terraform(['state', 'pull']);
      // Of nothing it makes, depending on its version, an empty text or a state without a lineage.
      return text === '' || /"lineage": ""/.test(text) ? undefined : parse(text);
    },
    // Not by `terraform state push`: where there is no state yet, that makes another lineage of it (Terraform 1.11), so that after an
    // interruption nobody could tell whether file and bucket belong together.
    async upload(bucket, key) {
      const object = { Bucket: bucket, Key: key, Body: await readFile(file), ContentType: 'application/json' };
      try {
        await s3.send(new PutObjectCommand({ ...object, ServerSideEncryption: 'AES256', IfNoneMatch: '*' }));
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status !== 412 && status !== 409) throw error;
        throw new UserError(
          `Somebody else has put a state into "${bucket}" meanwhile.`,
          'Run it again: it says which of the two counts.',
          { cause: error },
        );
      }
    },
    async forgetLocal() {
      for (const leftover of [file, `${file}.backup`]) await rm(leftover, { force: true });
    },
  };
}

function parse(text: string): StateVersion {
  const { value, error } = version.validate(JSON.parse(text));
  if (error !== undefined) throw new Error(`This is no Terraform state: ${error.message}`, { cause: error });
  return { lineage: value.lineage, serial: value.serial };
}
