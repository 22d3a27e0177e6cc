import { afterAll, describe, expect, test } from '@jest/globals';
import { standingOf, type ServiceStanding } from '../../lib/release/standing.ts';
import { FakeReleases } from '../../lib/test/fakes/deployments.ts';
import { FakeFunctions } from '../../lib/test/fakes/functions.ts';
import { FakeImages } from '../../lib/test/fakes/images.ts';
import { FakeIssues } from '../../lib/test/fakes/issues.ts';
import { recordingLog } from '../../lib/test/fakes/log.ts';
import { fakeParameters } from '../../lib/test/fakes/parameters.ts';
import { FakePipelines } from '../../lib/test/fakes/pipelines.ts';
import { described, FakeBuilds, FakeServices, SERVICE } from '../../lib/test/fakes/service.ts';
import { temporaryFolders } from '../../lib/test/fakes/temp.ts';
import { FakeTerraform, terraformFolder } from '../../lib/test/fakes/terraform.ts';
import { planFixture } from '../../lib/test/fixtures/plans.ts';
import { run, type Deps } from '../src/run.ts';

const folders = temporaryFolders();
afterAll(folders.cleanUp);

const author = 'github-actions[bot]';
const RELEASED = 'c'.repeat(40);
const OTHER = '1'.repeat(40);
const digestOf = (digit: string): string => `sha256:${digit.repeat(64)}`;
const imageOf = (digit: string): string => `registry.example/service@${digestOf(digit)}`;

/** An environment whose plan is empty, with a service. */
function prepare(overrides: Partial<Deps> = {}) {
  const services = new FakeServices();
  services.current = described(imageOf('c'));
  const images = new FakeImages();
  images.push(digestOf('1'), OTHER);
  images.push(digestOf('c'), RELEASED);
  const builds = new FakeBuilds();
  const pipelines = new FakePipelines();
  const releases = new FakeReleases();
  releases.released = { sha: RELEASED, at: '2026-11-24T08:00:00Z' };
  const issues = new FakeIssues(author);
  const log = recordingLog();
  const summaries: string[] = [];
  const deps: Deps = {
    terraform: new FakeTerraform({ kind: 'planned', plan: planFixture('no-changes'), diagnostics: [] }),
    functions: new FakeFunctions(),
    issues,
    releases,
    findService: () => Promise.resolve(SERVICE),
    serviceDeps: () => Promise.resolve({ services, images, builds, pipelines }),
    parameters: fakeParameters({ '/terraform/statefiles/bucket': 'state' }),
    pins: () => Promise.resolve(undefined),
    workflowUrl: (file) => `https://github.com/owner/repo/actions/workflows/${file}`,
    log,
    region: 'eu-west-1',
    actor: 'octocat',
    runUrl: 'https://github.com/owner/repo/actions/runs/1',
    now: () => 0,
    commits: () => Promise.resolve({ commit: RELEASED }),
    writeSummary: (markdown) => Promise.resolve(void summaries.push(markdown)),
    ...overrides,
  };
  const inputs = {
    environment: 'test',
    folder: terraformFolder(folders.make()),
    token: 'token',
    commentAuthor: author,
  } as const;
  const standing = (released: string | undefined = RELEASED): Promise<ServiceStanding> =>
    standingOf(SERVICE, released, { services, images, builds, pipelines });
  return { inputs, deps, services, images, builds, pipelines, releases, issues, log, summaries, standing };
}

describe('a service', () => {
  test('that runs what was released is no drift', async () => {
    const { inputs, deps, issues, log } = prepare();
    expect(await run(inputs, deps)).toMatchObject({ drift: false, headline: 'No drift' });
    expect(issues.issues).toEqual([]);
    expect(log.text()).toContain('The service runs web:7: as-released.');
  });

  test('that runs another image opens the issue, with the command that mends it', async () => {
    const { inputs, deps, services, issues, summaries } = prepare();
    services.current = described(imageOf('1'));
    expect(await run(inputs, deps)).toMatchObject({ drift: true, headline: 'the service not as released', issue: 1 });
    const body = issues.issues[0]?.body ?? '';
    expect(body).toContain('| `ccccccc` | `web:7` | the image of 1111111 runs, and ccccccc was released last |');
    expect(body).toContain(`\`\`\`sh\ngh workflow run release.yml -f environment=test -f commit=${RELEASED}\n\`\`\``);
    expect(body).toContain('(https://github.com/owner/repo/actions/workflows/release.yml)');
    expect(summaries[0]).toContain('#### Service');
  });

  test('that is as released again closes it, and the same drift twice edits nothing', async () => {
    const { inputs, deps, services, issues } = prepare();
    services.current = described(imageOf('1'));
    await run(inputs, deps);
    const before = issues.issues[0]?.body;
    await run(inputs, deps);
    expect(issues.issues.map(({ body }) => body)).toEqual([before]);
    services.current = described(imageOf('c'));
    expect(await run(inputs, deps)).toMatchObject({ drift: false, issue: 1 });
    expect(issues.issues[0]?.open).toBe(false);
  });

  test('whose task definition differs is drift, and no value is told', async () => {
    const { inputs, deps, services, issues } = prepare();
    services.current = described(imageOf('c'), (definition) => ({ ...definition, memory: '1024' }));
    await run(inputs, deps);
    expect(issues.issues[0]?.body).toContain('the task definition differs in memory');
    expect(issues.issues[0]?.body).not.toContain('1024');
  });

  test('that is being released is none', async () => {
    const { inputs, deps, services, pipelines, issues, summaries } = prepare();
    services.current = described(imageOf('1'));
    pipelines.add(RELEASED);
    expect(await run(inputs, deps)).toMatchObject({ drift: false });
    expect(issues.issues).toEqual([]);
    expect(summaries[0]).toContain('a release is going on, which is no drift by itself');
  });

  test('that cannot be compared is an error, and closes no issue', async () => {
    const { inputs, deps, services, issues } = prepare();
    services.current = described(imageOf('1'));
    await run(inputs, deps);
    const broken = { ...deps, serviceDeps: () => Promise.reject(new Error('not authorized')) };
    await expect(run(inputs, broken)).rejects.toMatchObject({
      message: 'What the service of "test" runs could not be compared.',
      hint: 'not authorized',
    });
    expect(issues.issues[0]?.open).toBe(true);
  });

  test('that there is none of asks for nothing', async () => {
    const { inputs, deps } = prepare({
      findService: () => Promise.resolve(undefined),
      serviceDeps: () => Promise.reject(new Error('There is none.')),
    });
    expect(await run(inputs, deps)).toMatchObject({ drift: false });
  });
});

describe('how it stands', () => {
  test('without a release so far, the image itself says which commit it is of', async () => {
    const { deps, standing, services } = prepare();
    const { kind, commit } = await standingOf(SERVICE, undefined, await deps.serviceDeps());
    expect({ kind, commit }).toEqual({ kind: 'as-released', commit: RELEASED });
    services.current = described('registry.example/service:unknown');
    expect(await standing()).toMatchObject({
      kind: 'differs',
      differs: ['the image registry.example/service:unknown is of no commit'],
    });
  });

  test('of one that runs nothing, and of one from elsewhere', async () => {
    const { standing, services } = prepare();
    services.current = undefined;
    expect(await standing()).toMatchObject({ kind: 'differs', runs: 'nothing', commit: RELEASED });
    services.current = described(`nginx@${digestOf('c')}`);
    expect(await standing()).toMatchObject({ kind: 'differs', differs: [expect.stringContaining('is of no commit')] });
  });
});
