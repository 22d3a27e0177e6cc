import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import joi from 'joi';
import { runCommand } from '../../../actions/lib/process.ts';
import { initOffline, offlineEnv } from '../../offline-terraform.ts';
import { ROOT } from '../../tools.ts';
import { mayAssume, type Claims } from './trust-policy.ts';

const folder = join(ROOT, 'terraform/bootstrap');
const RUN = 'one_account';

/** What the run of Terraform's own test is made with: tests/bootstrap_unit_test.tftest.hcl. */
const NAME = 'acme/rest-api';
const ID = '123456789';
const OWNER_ID = '1234567';

const ROLES = [
  'plan',
  'apply-test',
  'apply-acceptance',
  'apply-production',
  'deploy-test',
  'deploy-acceptance',
  'deploy-production',
] as const;
type Role = (typeof ROLES)[number];

/** `names`: repositories created before 2026-07-15, and GitHub Enterprise Server. `ids`: created or renamed since. */
const SHAPES = ['names', 'ids'] as const;
type Shape = (typeof SHAPES)[number];

interface Job {
  readonly repository?: string;
  readonly repositoryId?: string;
  readonly ownerId?: string;
  readonly event?: string;
  readonly ref?: string;
  readonly environment?: string;
}

/** The claims that GitHub gives a job: https://docs.github.com/en/actions/reference/security/oidc */
function tokenOf(shape: Shape, job: Job): Claims {
  const {
    repository = NAME,
    repositoryId = ID,
    ownerId = OWNER_ID,
    event = 'push',
    ref = 'refs/heads/main',
    environment,
  } = job;
  const [owner = '', name = ''] = repository.split('/');
  const context =
    environment !== undefined ? `environment:${environment}` : event === 'pull_request' ? event : `ref:${ref}`;
  return {
    iss: 'https://token.actions.githubusercontent.com',
    aud: 'sts.amazonaws.com',
    sub:
      shape === 'ids' ? `repo:${owner}@${ownerId}/${name}@${repositoryId}:${context}` : `repo:${repository}:${context}`,
    repository,
    repository_id: repositoryId,
    repository_owner: owner,
    repository_owner_id: ownerId,
    event_name: event,
    ref,
    ...(environment === undefined ? {} : { environment }),
  };
}

const policies = new Map<string, string>();

interface State {
  readonly resources?: readonly {
    readonly type: string;
    readonly values: { readonly name: string; readonly assume_role_policy: string };
  }[];
  readonly child_modules?: readonly State[];
}
const message = joi
  .object<{ test_state: { root_module: State } }>({
    test_state: joi.object({ root_module: joi.object().required() }).unknown().required(),
  })
  .unknown();

/** Terraform itself makes the roles, with a provider that only plays along: what is evaluated is what AWS would be sent. */
beforeAll(async () => {
  await initOffline(folder);
  const lines: string[] = [];
  const code = await runCommand(
    'terraform',
    ['test', '-json', '-verbose', '-filter=tests/bootstrap_unit_test.tftest.hcl'],
    { cwd: folder, env: offlineEnv(folder), onStdout: (line) => lines.push(line) },
  );
  if (code !== 0) throw new Error(`terraform test ended with ${code}: ${lines.slice(-20).join('\n')}`);
  const line = lines.find((text) => text.includes('"type":"test_state"') && text.includes(`"@testrun":"${RUN}"`));
  const { value, error } = message.validate(JSON.parse(line ?? '{}'));
  if (error !== undefined) throw error;
  const collect = ({ resources = [], child_modules: modules = [] }: State): void => {
    for (const { type, values } of resources) {
      if (type === 'aws_iam_role' && values.assume_role_policy.includes('WebIdentity'))
        policies.set(values.name.replace(/^rest-api-/, ''), values.assume_role_policy);
    }
    modules.forEach(collect);
  };
  collect(value.test_state.root_module);
}, 120_000);

/** The roles that a token gets. */
function rolesFor(claims: Claims): readonly Role[] {
  return ROLES.filter((role) => mayAssume(policies.get(role) ?? '', claims));
}

const without = (claims: Claims, name: string): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => claim !== name));

test('there are these roles and no others', () => {
  expect([...policies.keys()].toSorted()).toEqual([...ROLES].toSorted());
});

describe.each(SHAPES)('a token of the shape with %s', (shape) => {
  const roles = (job: Job): readonly Role[] => rolesFor(tokenOf(shape, job));

  test.each<[string, Job]>([
    ['a pull request of this repository', { event: 'pull_request', ref: 'refs/pull/7/merge' }],
    ['a push to main, before anything is applied', { event: 'push' }],
    ['the schedule', { event: 'schedule' }],
    ['a dispatch on main', { event: 'workflow_dispatch' }],
    ['the merge queue', { event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-7-c0ffee' }],
  ])('gets the role that plans for %s', (_, job) => {
    expect(roles(job)).toEqual(['plan']);
  });

  test.each(['test', 'acceptance', 'production'] as const)(
    'gets what changes %s, and only that, for its environment',
    (name) => {
      expect(roles({ environment: name })).toEqual([`apply-${name}`, `deploy-${name}`]);
      expect(roles({ environment: name, event: 'workflow_dispatch' })).toEqual([`apply-${name}`, `deploy-${name}`]);
    },
  );

  test.each<[string, Job]>([
    ['another repository', { repository: 'mallory/rest-api', repositoryId: '666', ownerId: '66' }],
    ['another repository of the owner', { repository: 'acme/other', repositoryId: '777' }],
    ['a repository that took over the name', { repositoryId: '666' }],
    [
      'a workflow in a fork',
      {
        repository: 'mallory/rest-api',
        repositoryId: '666',
        ownerId: '66',
        event: 'pull_request',
        ref: 'refs/pull/1/merge',
      },
    ],
    ['a push to another branch', { ref: 'refs/heads/feature' }],
    ['a branch that is called like main', { ref: 'refs/heads/main2' }],
    ['a branch that looks like the merge queue', { ref: 'refs/heads/gh-readonly-queue/other/pr-7' }],
    ['a tag', { ref: 'refs/tags/main' }],
    ['an environment that is none of these', { environment: 'staging' }],
    ['an environment in another case', { environment: 'Production' }],
    ['an environment with a longer name', { environment: 'production-2' }],
    ['an environment that is called like a subject', { environment: 'pull_request' }],
    ['a branch with an environment', { environment: 'production', ref: 'refs/heads/feature' }],
    ['a pull request with an environment', { environment: 'test', event: 'pull_request', ref: 'refs/pull/7/merge' }],
    ['a tag with an environment', { environment: 'production', ref: 'refs/tags/v1' }],
  ])('gets nothing for %s', (_, job) => {
    expect(roles(job)).toEqual([]);
  });

  test.each(['aud', 'sub', 'repository_id'])('gets nothing without the claim %s', (name) => {
    expect(rolesFor(without(tokenOf(shape, { event: 'pull_request' }), name))).toEqual([]);
    expect(rolesFor(without(tokenOf(shape, { environment: 'test' }), name))).toEqual([]);
  });

  test.each(['environment', 'ref'])('changes nothing without the claim %s', (name) => {
    expect(rolesFor(without(tokenOf(shape, { environment: 'test' }), name))).toEqual([]);
  });

  test('gets nothing for an audience other than AWS', () => {
    expect(rolesFor({ ...tokenOf(shape, {}), aud: 'https://github.com/acme' })).toEqual([]);
  });

  test('gets nothing if subject and claims contradict each other', () => {
    expect(rolesFor({ ...tokenOf(shape, { environment: 'test' }), environment: 'production' })).toEqual([]);
    expect(rolesFor({ ...tokenOf(shape, { environment: 'production' }), repository_id: '666' })).toEqual([]);
  });
});

describe('a repository that was renamed', () => {
  test('keeps its roles: the rename has given it the shape with ids', () => {
    expect(rolesFor(tokenOf('ids', { repository: 'acme/renamed', event: 'pull_request' }))).toEqual(['plan']);
    expect(rolesFor(tokenOf('ids', { repository: 'acme/renamed', environment: 'test' }))).toEqual([
      'apply-test',
      'deploy-test',
    ]);
  });

  test('has none with a subject of names that says another name', () => {
    expect(rolesFor(tokenOf('names', { repository: 'acme/renamed', event: 'pull_request' }))).toEqual([]);
  });

  test('has none at another owner, whose id is another', () => {
    expect(rolesFor(tokenOf('ids', { repository: 'acme/rest-api', ownerId: '66' }))).toEqual([]);
  });
});

test('case counts in a subject of names', () => {
  expect(rolesFor({ ...tokenOf('names', { event: 'pull_request' }), sub: 'repo:Acme/Rest-API:pull_request' })).toEqual(
    [],
  );
});

test.each([
  `repo:acme@${OWNER_ID}/rest-api@${ID}`,
  `repo:acme@${OWNER_ID}/rest-api@${ID}9:pull_request`,
  `repo:acme@9${OWNER_ID}/rest-api@${ID}:pull_request`,
  `repo:acme-${OWNER_ID}/rest-api@${ID}:pull_request`,
  'repo:acme/rest-api',
  'repo:acme/rest-api-2:pull_request',
  'repo:acme/rest-api:environment:test:pull_request',
])('no role for the subject %s', (sub) => {
  expect(rolesFor({ ...tokenOf('ids', { event: 'pull_request' }), sub })).toEqual([]);
});
