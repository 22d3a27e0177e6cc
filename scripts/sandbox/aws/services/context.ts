import type { Pace } from './pace.ts';
import type { Stores } from './store.ts';

/** The account of everything in the sandbox, which STS answers too: ARNs with another one would never match. */
export const ACCOUNT = '000000000000';

/** What every service of ours is made from. */
export interface ServiceContext {
  readonly region: string;
  /** The front door: services call each other as anybody else does, through the SDK. */
  readonly endpointUrl: string;
  /** What they remember. Lives and dies with the emulator's state. */
  readonly stores: Stores;
  /** How fast AWS's minutes go by. */
  readonly pace: Pace;
  /** A folder for files; of the service that has this name, and nobody else. Not made yet. */
  readonly folder: (service: string) => string;
  /** Something that somebody who looks at the sandbox should know: a line in its log. */
  readonly report: (message: string) => void;
}

/** The SDK's options for a client that talks to the sandbox from inside. */
export function clientOptions({ region, endpointUrl }: Pick<ServiceContext, 'region' | 'endpointUrl'>): {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
} {
  return { region, endpoint: endpointUrl, credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' } };
}
