import { createRequire } from 'node:module';
import type Sequencer from '@jest/test-sequencer';

// It comes with jest, in its version. Required, since its types are those of the CommonJS module and not of what an import gives.
const sequencer: typeof Sequencer = createRequire(import.meta.url)('@jest/test-sequencer');

/** End-to-end suites that take minutes, the longest first: begun last, one would go on alone at the end. */
const LONGEST = [
  'loop',
  'fargate',
  'promotions',
  'releases',
  'workflows',
  'applies',
  'drift',
  'api-gateway',
  'bootstrap',
];

type Tests = Parameters<InstanceType<typeof sequencer.default>['sort']>[0];

/**
 * On a machine that has run the tests before, jest knows how long each took. On a new one, as in CI, it would go by the size of the
 * files, and the longest are not the largest.
 */
export default class SlowFirst extends sequencer.default {
  override async sort(tests: Tests): Promise<Tests> {
    const place = (path: string): number => {
      const found = LONGEST.findIndex((name) => path.endsWith(`/${name}.e2e.ts`));
      return found === -1 ? LONGEST.length : found;
    };
    const sorted = await super.sort(tests);
    if (sorted.every(({ duration }) => duration !== undefined)) return sorted;
    return sorted.toSorted((one, other) => place(one.path) - place(other.path));
  }
}
