import { describe, expect, test } from '@jest/globals';
import { isEmptyPlan, summarisePlan } from '../../terraform/plan-summary.ts';
import { planFixture, planOf, resourceOf } from '../fixtures/plans.ts';
import { everyRendering, leaked } from './renderings.ts';

describe('a plan with every kind of change', () => {
  const summary = summarisePlan(planFixture('every-action'), 'test');
  const change = (address: string) => summary.changes.find((candidate) => candidate.address === address);

  test('says what happens to each resource, sorted by address', () => {
    expect(summary.changes.map(({ action, address }) => `${action} ${address}`)).toEqual(
      [
        'create terraform_data.created',
        'destroy terraform_data.destroyed',
        'destroy terraform_data.each["b"]',
        'forget terraform_data.forgotten',
        'import terraform_data.imported',
        'move terraform_data.new_name',
        'replace terraform_data.replaced',
        'destroy terraform_data.same (deposed byebye12)',
        'update terraform_data.updated',
        'update module.child.terraform_data.inside',
      ].toSorted((left, right) => (left.split(' ').slice(1).join() < right.split(' ').slice(1).join() ? -1 : 1)),
    );
  });

  test('counts them', () => {
    expect(summary.counts).toEqual({ create: 1, update: 2, replace: 1, destroy: 3, forget: 1, move: 1, import: 1 });
    expect(isEmptyPlan(summary)).toBe(false);
  });

  test('does not hold resources that stay as they are, or data that is read', () => {
    expect(change('terraform_data.same')).toBeUndefined();
    expect(JSON.stringify(summary)).not.toContain('terraform_remote_state');
  });

  test('says which attribute forces a replacement', () => {
    const forcing = change('terraform_data.replaced')?.attributes.filter((attribute) => attribute.forcesReplacement);
    expect(forcing).toEqual([
      {
        path: 'triggers_replace.ami',
        before: { kind: 'known', text: '"old"' },
        after: { kind: 'known', text: '"new"' },
        forcesReplacement: true,
      },
    ]);
  });

  test('keeps where a resource comes from, why it goes and its module', () => {
    expect(change('terraform_data.new_name')?.previousAddress).toBe('terraform_data.old_name');
    expect(change('terraform_data.imported')?.importedFrom).toBe('an-id');
    expect(change('terraform_data.destroyed')?.reason).toBe('delete_because_no_resource_config');
    expect(change('terraform_data.each["b"]')?.reason).toBe('delete_because_each_key');
    expect(change('module.child.terraform_data.inside')?.module).toBe('module.child');
    expect(change('terraform_data.updated')?.module).toBe('');
  });

  test('holds the outputs that change', () => {
    expect(
      summary.outputs.map(({ name, attributes }) => [name, attributes[0]?.before.kind, attributes[0]?.after.kind]),
    ).toEqual([
      ['added', 'absent', 'unknown'],
      ['changed', 'known', 'known'],
      ['removed', 'known', 'absent'],
    ]);
  });
});

test('a plan without changes is empty', () => {
  const summary = summarisePlan(planFixture('no-changes'), 'test');
  expect(isEmptyPlan(summary)).toBe(true);
  expect(summary.changes).toEqual([]);
});

test('a plan of a format without any of the lists is empty', () => {
  expect(isEmptyPlan(summarisePlan({ format_version: '1.2', terraform_version: '1.11.4' }, 'test'))).toBe(true);
});

test('a plan that changes only an output is not empty', () => {
  const summary = summarisePlan(
    { ...planOf(), output_changes: { url: { actions: ['create'], before: null, after: 'x' } } },
    'test',
  );
  expect(isEmptyPlan(summary)).toBe(false);
});

test('drift is what changed outside, and no change of the plan', () => {
  const drifted = resourceOf('drifted', { actions: ['update'], before: { size: 1 }, after: { size: 2 } });
  const gone = resourceOf('away', { actions: ['delete'], before: { size: 1 }, after: null });
  const relevant_attributes = [{ resource: 'thing.drifted', attribute: ['size'] }];
  const summary = summarisePlan({ ...planOf(), resource_drift: [drifted, gone], relevant_attributes }, 'test');
  expect(summary.drift.map(({ action, address }) => `${action} ${address}`)).toEqual([
    'destroy thing.away',
    'update thing.drifted',
  ]);
  expect(isEmptyPlan(summary)).toBe(true);
});

test('drift of an attribute that no change follows from is not shown, nor what was promoted', () => {
  const before = { version: '1', tags: { a: '1' } };
  const moved = resourceOf('alias', { actions: ['update'], before, after: { version: '2', tags: { a: '2' } } });
  const relevant_attributes = [
    { resource: 'thing.alias', attribute: ['tags', 'a'] },
    { resource: 'thing.other', attribute: ['version'] },
  ];
  const [drift] = summarisePlan({ ...planOf(), resource_drift: [moved], relevant_attributes }, 'test').drift;
  expect(drift?.attributes.map(({ path }) => path)).toEqual(['tags.a']);
  expect(summarisePlan({ ...planOf(), resource_drift: [moved] }, 'test').drift).toEqual([]);
});

test('the value of an API key in a usage plan is hidden, which the provider forgets to mark', () => {
  const key = { key_id: 'abc', name: 'mobile', value: 'planted-value-of-the-key' };
  const change = { actions: ['delete'] as const, before: key, after: null };
  const resource = { ...resourceOf('key', change), type: 'aws_api_gateway_usage_plan_key' };
  const summary = summarisePlan(planOf(resource), 'test');
  expect(JSON.stringify(summary)).not.toContain('planted');
  expect(JSON.stringify(summary)).toContain('mobile');
});

test.each([
  [['create', 'delete'] as const, 'replace'],
  [['delete', 'create'] as const, 'replace'],
])('%s is a replacement', (actions, action) => {
  const [change] = summarisePlan(planOf(resourceOf('a', { actions })), 'test').changes;
  expect(change?.action).toBe(action);
});

describe('secrets of a real plan', () => {
  const plan = planFixture('secrets');
  const summary = summarisePlan(plan, 'test');
  const planted = [...new Set(JSON.stringify(plan).match(/planted-[\w-]+/g))];

  test('are there', () => {
    expect(planted.length).toBeGreaterThanOrEqual(12);
  });

  test('are in no summary and no rendering', () => {
    expect(leaked(summary, planted)).toEqual([]);
  });

  test('do not take with them what stands beside them', () => {
    const text = everyRendering(summary).join('\n');
    for (const open of ['level-1', 'level-2', 'app:2', 'plain-2', 'parameter/key-2', 'db-2'])
      expect(text).toContain(open);
  });
});

test('an import id and an address that hold a credential are shown without it', () => {
  const key = `AKIA${'A1B2'.repeat(4)}`;
  const summary = summarisePlan(
    planOf(
      resourceOf('imported', { actions: ['no-op'], importing: { id: `https://user:planted-id@host/${key}` } }),
      resourceOf('each', { actions: ['create'], after: {} }, { address: `thing.each["${key}"]` }),
    ),
    'test',
  );
  expect(summary.counts).toMatchObject({ import: 1, create: 1 });
  expect(leaked(summary, ['planted-id', key])).toEqual([]);
});
