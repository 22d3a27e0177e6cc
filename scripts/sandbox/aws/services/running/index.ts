import type { ServiceContext } from '../context.ts';
import type { SandboxService } from '../service.ts';
import { look } from './look.ts';
import { runningPage } from './page.ts';

export const RUNNING_PATH = '/_sandbox/running';

/** A page for people: traffic split, deployments and pipelines, from the answers of the services themselves. */
export function runningService(context: Pick<ServiceContext, 'region' | 'endpointUrl'>): SandboxService {
  return {
    handlers: [],
    controls: [
      {
        path: RUNNING_PATH,
        control: async () => ({
          status: 200,
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: runningPage(await look(context)),
        }),
      },
    ],
  };
}
