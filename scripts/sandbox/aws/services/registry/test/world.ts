import path from 'node:path';
import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import { freePort, startEmulator } from '../../../emulator.ts';
import { startFrontDoor } from '../../../front-door.ts';
import { nodeBinDir, python, region, temporaryFolder } from '../../../test/sandbox.ts';
import { clientOptions, type ServiceContext } from '../../context.ts';
import { Pace } from '../../pace.ts';
import { Stores } from '../../store.ts';
import { registryService, type RegistryService } from '../index.ts';

/** The emulator behind the front door, with our ECR. */
export interface RegistryWorld {
  readonly folder: string;
  readonly context: ServiceContext;
  readonly ecr: ECRClient;
  readonly ssm: SSMClient;
  readonly reports: readonly string[];
  registry(): RegistryService;
  /** Saves, stops all of it, and starts it from what was saved. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export async function startRegistryWorld(): Promise<RegistryWorld> {
  const { folder, remove } = await temporaryFolder();
  const port = await freePort();
  const reports: string[] = [];
  const open = async () => {
    const emulator = await startEmulator({
      python,
      nodeBinDir,
      stateDir: path.join(folder, 'emulator'),
      logFile: path.join(folder, 'emulator.log'),
      persist: true,
    });
    const stores = new Stores(path.join(folder, 'stores'));
    const context: ServiceContext = {
      region,
      endpointUrl: `http://127.0.0.1:${port}`,
      stores,
      pace: new Pace(),
      folder: (service) => path.join(folder, service),
      report: (message) => reports.push(message),
    };
    const service = registryService(context);
    const door = await startFrontDoor({
      port,
      emulatorUrl: emulator.url,
      handlers: service.handlers,
      controls: service.controls ?? [],
    });
    await service.start?.();
    const close = async () => {
      await service.close?.();
      await door.close();
      await emulator.stop();
      await stores.save();
    };
    return { context, service, close };
  };
  let current = await open();
  const sdk = clientOptions(current.context);
  const clients = { ecr: new ECRClient(sdk), ssm: new SSMClient(sdk) };
  return {
    ...clients,
    folder,
    context: current.context,
    reports,
    registry: () => current.service,
    restart: async () => {
      await current.close();
      current = await open();
    },
    end: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await current.close();
      await remove();
    },
  };
}
