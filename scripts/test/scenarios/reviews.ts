import type { StepEnd } from '../step.ts';
import { runAction } from './actions.ts';
import type { World } from './world.ts';

export interface PlannedPull extends StepEnd {
  readonly pull: number;
  readonly branch: string;
}

/** What people and main do with a pull request, by the actions themselves and without the workflows around them. */
export class Reviews {
  readonly #world: World;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Pushes main, and applies it by its digest. */
  async begin(): Promise<void> {
    await this.#world.push('main', 'Begin');
    const review = await runAction(this.#world, 'terraform-review');
    const digest = /Digest of what would be applied: `([0-9a-f]{64})`/.exec(review.summary)?.[1] ?? '';
    const applied = await runAction(this.#world, 'terraform-apply', { inputs: { digest } });
    if (!applied.ok) throw new Error(`${review.log}${applied.log}`);
  }

  /** A pull request with these variables, planned. */
  async planned(variables: string): Promise<PlannedPull> {
    const { pull, branch } = await this.opened(variables);
    return { ...(await this.plan(pull)), pull, branch };
  }

  /** The same, not planned yet. */
  async opened(variables: string): Promise<{ readonly pull: number; readonly branch: string }> {
    this.#count += 1;
    const branch = `change-${this.#count}`;
    await this.#world.branch(branch, variables);
    return { pull: await this.#world.open(branch), branch };
  }

  async plan(pull: number): Promise<StepEnd> {
    await this.#world.checkOutMerge(pull);
    return runAction(this.#world, 'terraform-plan', { pull, runId: this.#count });
  }

  /** What main's run does: review what is merged, and apply it if that says so. */
  async main(): Promise<{ readonly review: StepEnd; readonly apply?: StepEnd }> {
    await this.#world.checkOutMain();
    const review = await runAction(this.#world, 'terraform-review');
    if (review.outputs['apply'] !== 'true') return { review };
    const { digest = '', 'allow-destroy': allowed = '', 'pull-requests': pulls = '' } = review.outputs;
    const inputs = { digest, 'allow-destroy': allowed, 'pull-requests': pulls };
    return { review, apply: await runAction(this.#world, 'terraform-apply', { inputs }) };
  }
}
