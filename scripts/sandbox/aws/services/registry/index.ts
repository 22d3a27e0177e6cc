import { randomBytes } from 'node:crypto';
import { DescribeRepositoriesCommand, ECRClient, RepositoryNotFoundException } from '@aws-sdk/client-ecr';
import type { ServiceRequest, ServiceResponse } from '../../service-request.ts';
import { clientOptions, type ServiceContext } from '../context.ts';
import { answerJson } from '../json-protocol.ts';
import type { SandboxService } from '../service.ts';
import { Content } from './content.ts';
import { imageOperations } from './image-operations.ts';
import { RegistryProtocol } from './protocol.ts';
import type { FindRepository, RegistryState } from './records.ts';
import { repositoryOperation } from './repository-operations.ts';
import { Scans } from './scans.ts';
import { startRegistryServer, type RegistryServer } from './server.ts';
import { unpackImage, type UnpackedImage } from './unpack.ts';

export { ImageNotFoundError, unpackImage } from './unpack.ts';

/** What the emulator would do with a store of its own, which has none of our images. */
const REFUSED = new Set([
  'BatchCheckLayerAvailability',
  'CompleteLayerUpload',
  'GetDownloadUrlForLayer',
  'InitiateLayerUpload',
  'StartImageScan',
  'UploadLayerPart',
]);

export interface RegistryService extends SandboxService {
  /** As the function of this name, with the login of this registry. */
  readonly unpackImage: (reference: string, folder: string) => Promise<UnpackedImage>;
}

/**
 * Amazon ECR with a registry behind it: repositories, policies and tags are the emulator's, images are files, and
 * `docker push` and `pull` work at the address that a repository says it has.
 */
export function registryService(context: ServiceContext): RegistryService {
  const { value: state } = context.stores.open<RegistryState>('registry', { repositories: {} });
  const ecr = new ECRClient(clientOptions(context));
  const content = new Content(state, context.folder('registry'));
  const password = (state.password ??= randomBytes(24).toString('base64url'));

  const find: FindRepository = async (repositoryName) => {
    try {
      const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
      const [repository] = repositories ?? [];
      return {
        immutableTags: repository?.imageTagMutability === 'IMMUTABLE',
        scanOnPush: repository?.imageScanningConfiguration?.scanOnPush === true,
      };
    } catch (error) {
      if (error instanceof RepositoryNotFoundException) return undefined;
      throw error;
    }
  };

  // Whoever asks first starts it: a repository has an address as soon as it is there.
  let server: Promise<RegistryServer> | undefined;
  const host = async (): Promise<string> => {
    server ??= content.sweep().then(() =>
      startRegistryServer(new RegistryProtocol(content, find), {
        port: state.port,
        authorization: `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`,
        report: context.report,
      }),
    );
    const { port } = await server;
    state.port = port;
    return `127.0.0.1:${port}`;
  };
  const scans = new Scans(state, context.pace);
  const operations = imageOperations({
    content,
    scans,
    find,
    password,
    endpoint: async () => `http://${await host()}`,
  });

  const handle = async (request: ServiceRequest): Promise<ServiceResponse | undefined> => {
    if (request.region !== context.region) return undefined;
    if (Object.hasOwn(operations, request.action) || REFUSED.has(request.action)) {
      return answerJson(request, operations);
    }
    return repositoryOperation(request, { content, host: await host() });
  };

  return {
    handlers: [{ service: 'ecr', handle }],
    controls: [scans],
    unpackImage: (reference, folder) => unpackImage(reference, folder, { username: 'AWS', password }),
    start: async () => {
      await host();
    },
    close: async () => {
      ecr.destroy();
      await (await server)?.close();
    },
  };
}
