import type { Repository } from '@aws-sdk/client-ecr';
import { ACCOUNT } from '../context.ts';
import { AwsError, refusing } from '../json-protocol.ts';
import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import type { Content } from './content.ts';

/** Repositories are the emulator's; their address is the registry's, and their images are the registry's too. */
export async function repositoryOperation(
  request: ServiceRequest,
  { content, host }: { content: Content; host: string },
): Promise<ServiceResponse | undefined> {
  switch (request.action) {
    case 'CreateRepository':
    case 'DescribeRepositories':
      return readdressed(await request.forward(), host);
    case 'DeleteRepository':
      return refusing(request, () => deleteRepository(request, content, host));
    default:
      return undefined;
  }
}

async function deleteRepository(request: ServiceRequest, content: Content, host: string): Promise<ServiceResponse> {
  const input: { repositoryName?: string; force?: boolean } = JSON.parse((await request.body()).toString('utf8'));
  const name = input.repositoryName ?? '';
  if (input.force !== true && content.images(name).length > 0) {
    const message = `The repository with name '${name}' in registry with id '${ACCOUNT}' cannot be deleted because it still contains images`;
    throw new AwsError('RepositoryNotEmptyException', message);
  }
  const answer = await request.forward();
  if (answer.status === 200) content.drop(name);
  return readdressed(answer, host);
}

function readdressed(answer: ServiceResponse, host: string): ServiceResponse {
  if (answer.status !== 200) return answer;
  const body: { repository?: Repository; repositories?: Repository[] } = JSON.parse(
    Buffer.from(answer.body ?? '').toString('utf8'),
  );
  const all = [...(body.repositories ?? []), ...(body.repository === undefined ? [] : [body.repository])];
  for (const repository of all) repository.repositoryUri = `${host}/${repository.repositoryName ?? ''}`;
  return { ...answer, body: JSON.stringify(body) };
}
