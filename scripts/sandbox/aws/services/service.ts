import type { Control } from '../front-door.ts';
import type { ServiceHandler } from '../service-request.ts';

/** One service of ours, or a few that belong together. */
export interface SandboxService {
  readonly handlers: readonly ServiceHandler[];
  /** What it tells about itself at the front door, below `/_sandbox/`. */
  readonly controls?: readonly Control[];
  /** Called once AWS answers, also after a start with saved state: what was going on then goes on. */
  start?(): Promise<void>;
  /** Ends every process, timer and socket of its own. */
  close?(): Promise<void>;
}
