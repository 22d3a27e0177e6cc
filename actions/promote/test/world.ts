import { FakePinPulls } from '../../lib/test/fakes/pin-pulls.ts';
import { promotionWorld } from '../../lib/test/fakes/promotion.ts';
import { FakeFile } from '../../lib/test/fakes/repository-file.ts';
import { parsePins } from '../../lib/pins.ts';
import type { Inputs } from '../src/inputs.ts';
import type { Deps } from '../src/run.ts';

export const PINS = 'terraform/promotions/test.json';

export function prepare({ ids = ['ant'], pins }: { ids?: readonly string[]; pins?: string } = {}) {
  const world = promotionWorld(ids);
  const file = new FakeFile(PINS, pins);
  const pulls = new FakePinPulls(file);
  const summaries: string[] = [];
  const deps: Deps = {
    ...world.deps,
    parameters: world.parameters,
    pins: file,
    pulls,
    actor: 'octocat',
    runUrl: 'https://github.com/octo/repo/actions/runs/1',
    repositoryUrl: 'https://github.com/octo/repo',
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
  };
  const inputs: Inputs = { environment: 'test', functions: ['ant'], strategy: 'all-at-once', keep: 20, token: 'token' };
  const pinned = (): unknown => (file.text === undefined ? undefined : parsePins(file.text, PINS));
  return { ...world, inputs, deps, file, pulls, summaries, pinned };
}
