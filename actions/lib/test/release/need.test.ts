import { describe, expect, test } from '@jest/globals';
import { needOf, type NeedDeps } from '../../release/need.ts';
import { FakeImages } from '../fakes/images.ts';
import { FakePipelines, steps } from '../fakes/pipelines.ts';
import { described, FakeBuilds, FakeServices, SERVICE } from '../fakes/service.ts';

const RUNNING = '1'.repeat(40);
const COMMIT = 'c'.repeat(40);
const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const imageOf = (digit: string): string => `registry.example/service@${digestOf(digit)}`;

function prepare(files: readonly string[] | undefined = []) {
  const services = new FakeServices();
  services.current = described(imageOf('1'));
  const images = new FakeImages();
  images.push(digestOf('1'), RUNNING);
  const builds = new FakeBuilds();
  const pipelines = new FakePipelines();
  const compared: string[] = [];
  const deps: NeedDeps = {
    services,
    images,
    builds,
    pipelines,
    changedInImage: (from, to) => {
      compared.push(`${from.slice(0, 7)}..${to.slice(0, 7)}`);
      return Promise.resolve(files);
    },
  };
  const need = (commit = COMMIT) => needOf(SERVICE, commit, deps);
  return { need, deps, services, images, builds, pipelines, compared };
}

describe('no release is needed', () => {
  test('where there is no service yet', async () => {
    const { deps } = prepare();
    expect(await needOf(undefined, COMMIT, deps)).toMatchObject({ needed: false });
  });

  test('where the very image runs, with no look at git', async () => {
    const { need, compared } = prepare();
    expect(await need(RUNNING)).toMatchObject({
      needed: false,
      why: expect.stringContaining('the very image of 1111111'),
    });
    expect(compared).toEqual([]);
  });

  test('where the very image runs under the name that Terraform has begun with', async () => {
    const { need, services, images } = prepare();
    images.push(digestOf('1'), 'initial');
    services.current = described('registry.example/service:initial');
    expect(await need(RUNNING)).toMatchObject({ needed: false });
  });

  test('where another commit makes it of the same files', async () => {
    const { need, compared } = prepare();
    expect(await need()).toEqual({
      needed: false,
      why: 'the image of 1111111 runs, and ccccccc makes it of the same files',
    });
    expect(compared).toEqual(['1111111..ccccccc']);
  });

  test('after releases that are over', async () => {
    const { need, pipelines } = prepare();
    const { execution } = pipelines.add(COMMIT, [steps.end('Failed')]);
    await pipelines.execution('pipe', execution.id);
    expect(await need()).toMatchObject({ needed: false });
  });
});

describe('a release is needed', () => {
  test('where files of the image differ, some of which are named', async () => {
    const { need } = prepare(['a', 'b', 'c', 'd', 'e']);
    expect(await need()).toEqual({
      needed: true,
      why: 'the image of 1111111 runs, and since then there changed a, b, c and 2 more',
    });
  });

  test('where the task definition differs, even with the very image', async () => {
    const { need, services } = prepare();
    services.current = described(imageOf('1'), (definition) => ({ ...definition, memory: '1024' }));
    expect(await need(RUNNING)).toEqual({ needed: true, why: 'the task definition is another than web:7: memory' });
  });

  test.each([
    ['git does not know what runs', () => undefined, 'git does not know both'],
    [
      'what runs is the image of no commit',
      ({ services }: ReturnType<typeof prepare>) => void (services.current = described(imageOf('9'))),
      'is the image of no commit',
    ],
    [
      'what runs is from elsewhere',
      ({ services }: ReturnType<typeof prepare>) => void (services.current = described('nginx:1')),
      'what runs (nginx:1) is the image of no commit',
    ],
    [
      'nothing runs',
      ({ services }: ReturnType<typeof prepare>) => void (services.current = undefined),
      'runs nothing yet',
    ],
    [
      'a release is going on',
      ({ pipelines }: ReturnType<typeof prepare>) => void pipelines.add(COMMIT),
      'a release is going on (execution-1)',
    ],
    [
      'there is no build project',
      ({ builds }: ReturnType<typeof prepare>) => void (builds.current = undefined),
      'there is no build project build',
    ],
  ])('where %s', async (_, change, why) => {
    const prepared = prepare();
    if (why.startsWith('git')) Object.assign(prepared.deps, { changedInImage: () => Promise.resolve(undefined) });
    change(prepared);
    const need = await prepared.need();
    expect(need.needed).toBe(true);
    expect(need.why).toContain(why);
  });
});
