import joi from 'joi';
import { UserError } from '../errors.ts';
import type { Platform } from './base.ts';

const schema = joi
  .object<{ runtimePlatform?: { cpuArchitecture?: 'X86_64' | 'ARM64' } }>({
    runtimePlatform: joi.object({ cpuArchitecture: joi.valid('X86_64', 'ARM64') }).unknown(),
  })
  .unknown();

/**
 * What the image is for: as asked, else as the task definition says that will run it, else x86.
 *
 * @param taskDefinition RegisterTaskDefinition's input as JSON, where there is one
 */
export function platformOf(asked: string | undefined, taskDefinition: string | undefined): Platform {
  if (asked === 'linux/amd64' || asked === 'linux/arm64') return asked;
  if (asked !== undefined) {
    throw new UserError(`"${asked}" is no platform of Fargate.`, 'It is linux/amd64 or linux/arm64.');
  }
  if (taskDefinition === undefined || taskDefinition === '') return 'linux/amd64';
  let parsed: unknown;
  try {
    parsed = JSON.parse(taskDefinition);
  } catch (cause) {
    throw new UserError('TASK_DEFINITION is not JSON.', 'Terraform gives it to the build project.', { cause });
  }
  const { value, error } = schema.validate(parsed);
  if (error !== undefined) {
    throw new UserError(`TASK_DEFINITION: ${error.message}.`, 'Terraform gives it to the build project.', {
      cause: error,
    });
  }
  return value.runtimePlatform?.cpuArchitecture === 'ARM64' ? 'linux/arm64' : 'linux/amd64';
}
