import { BUILDERS, type BuilderChoice } from '../../lib/image/choose-builder.ts';
import type { Platform } from '../../lib/image/base.ts';
import { platformOf } from '../../lib/image/platform.ts';
import { choice, requiredInput, type ReadInput } from '../../lib/inputs.ts';

export interface Inputs {
  readonly platform: Platform;
  readonly builder: BuilderChoice;
}

export function readInputs(read: ReadInput): Inputs {
  return {
    platform: platformOf(requiredInput(read, 'platform'), undefined),
    builder: choice('builder', requiredInput(read, 'builder'), BUILDERS),
  };
}
