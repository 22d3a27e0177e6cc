import { SSMClient } from '@aws-sdk/client-ssm';
import { ssmParameters } from '../../lib/aws/parameters.ts';
import { chooseBuilder, type BuilderChoice } from '../../lib/image/choose-builder.ts';
import { dockerLogin } from '../../lib/image/docker.ts';
import type { PublishDeps } from '../../lib/image/publish.ts';
import { ecrRepository } from '../../lib/image/repository.ts';
import { baseImageOf, SERVICE_REPOSITORY_PARAMETER } from '../../lib/image/settings.ts';
import type { Log } from '../../lib/log.ts';
import { runCommand } from '../../lib/process.ts';

/** Of the service, whoever publishes its image: this action, Make, or the pipeline's build. */
export const DOCKERFILE = 'service/Dockerfile';

/** What the account says of the service's images, and how they are built. */
export async function serviceImage(
  choice: BuilderChoice,
  log: Log,
): Promise<PublishDeps & { readonly baseImage: string | undefined }> {
  const ssm = new SSMClient({});
  return {
    images: ecrRepository(await ssmParameters(ssm).get(SERVICE_REPOSITORY_PARAMETER)),
    builder: (uri) =>
      chooseBuilder(choice, uri, {
        run: runCommand,
        log,
        login: dockerLogin,
        build: ['npm', 'run', 'build', '-w', 'service'],
      }),
    log,
    baseImage: await baseImageOf(ssm),
  };
}
