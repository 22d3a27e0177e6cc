import type { Standing } from '../../lib/github/commits.ts';
import { FakeReleases } from '../../lib/test/fakes/deployments.ts';
import { FakeImages } from '../../lib/test/fakes/images.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { FakePipelines, steps, type Script } from '../../lib/test/fakes/pipelines.ts';
import { described, FakeBuilds, FakeServiceDeployments, FakeServices, SERVICE } from '../../lib/test/fakes/service.ts';
import type { Inputs } from '../src/inputs.ts';
import type { Deps } from '../src/run.ts';

export const OLD = '1'.repeat(40);
export const COMMIT = 'c'.repeat(40);
export const NEWER = 'd'.repeat(40);
const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
export const imageOf = (digit: string): string => `registry.example/service@${digestOf(digit)}`;

export const { begin, succeed, fail, end } = steps;
export const toDeploy: Script = [
  begin('Source'),
  succeed('Source'),
  begin('Build', 'build:1'),
  succeed('Build'),
  begin('Deploy', 'd-1'),
];

export function prepare(overrides: Partial<Deps> = {}) {
  const pipelines = new FakePipelines();
  const services = new FakeServices();
  services.current = described(imageOf('1'));
  const images = new FakeImages();
  images.push(digestOf('1'), OLD);
  images.push(digestOf('c'), COMMIT);
  images.push(digestOf('d'), NEWER);
  const builds = new FakeBuilds();
  const deployments = new FakeServiceDeployments();
  const releases = new FakeReleases();
  const log = recordingLog();
  const summaries: string[] = [];
  const cancelling = new AbortController();
  const known = [OLD, COMMIT, NEWER];
  /** What is on main, oldest first. */
  const commits = {
    resolve: (commit: string) => Promise.resolve(known.find((one) => one.startsWith(commit))),
    compare: (base: string, head: string): Promise<Standing | undefined> => {
      if (base === 'main') return Promise.resolve('behind');
      const [from, to] = [known.indexOf(base), known.indexOf(head)];
      if (to < 0) return Promise.resolve('diverged');
      return Promise.resolve(to === from ? 'identical' : to > from ? 'ahead' : 'behind');
    },
  };
  let time = 0;
  const deps: Deps = {
    findService: () => Promise.resolve(SERVICE),
    pipelines,
    services,
    builds,
    deployments,
    images: () => Promise.resolve(images),
    changedInImage: () => Promise.resolve(['service/src/app.ts']),
    commits,
    releases,
    log,
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    now: () => time,
    sleep: (ms) => {
      time += ms;
      return Promise.resolve();
    },
    signal: cancelling.signal,
    region: 'eu-west-1',
    sha: COMMIT,
    branch: 'main',
    runId: '42',
    actor: 'ada',
    ...overrides,
  };
  /** What a deployment that goes well leaves running. */
  const runs = (digit: string) => (): void => void (services.current = described(imageOf(digit)));
  return {
    deps,
    pipelines,
    services,
    images,
    builds,
    deployments,
    releases,
    log,
    summaries,
    cancelling,
    runs,
    passed: () => time,
  };
}

export const inputs: Inputs = { environment: 'test', check: false, skipIfRunning: false, token: 'token' };
