/**
 * Smooth weighted round robin, as nginx has it: of any few choices in a row, each gets its part as nearly as whole numbers allow. AWS
 * chooses at random by weight; in the long run that is the same, and here a handful of requests shows what the weights are.
 */
export class WeightedChoice {
  readonly #credit = new Map<string, number>();

  /** @returns a key, or `undefined` if no weight is above 0. */
  next(weights: readonly { readonly key: string; readonly weight: number }[]): string | undefined {
    const open = weights.filter(({ weight }) => weight > 0);
    const total = open.reduce((sum, { weight }) => sum + weight, 0);
    let best: string | undefined;
    for (const { key, weight } of open) {
      const credit = (this.#credit.get(key) ?? 0) + weight;
      this.#credit.set(key, credit);
      if (best === undefined || credit > (this.#credit.get(best) ?? 0)) best = key;
    }
    if (best !== undefined) this.#credit.set(best, (this.#credit.get(best) ?? 0) - total);
    return best;
  }
}
