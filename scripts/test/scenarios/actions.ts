import { runStep, type StepEnd, type StepOptions } from '../step.ts';
import type { World } from './world.ts';

/** Runs one of our actions from what is checked out in the world's clone. */
export function runAction(
  { sandbox, clone, folder: temp }: World,
  action: 'terraform-plan' | 'terraform-review' | 'terraform-apply',
  { inputs = {}, ...options }: StepOptions = {},
): Promise<StepEnd> {
  const place = { sandbox, workspace: clone.folder, temp };
  return runStep(place, action, { ...options, inputs: { environment: 'test', ...inputs } });
}
