import { describe, expect, test } from '@jest/globals';
import { planHeadline, renderPlan, renderPlanFailure, WHOLE, COMMENT } from '../../markdown/plan.ts';
import type { PlanJson, ResourceChangeJson } from '../../terraform/plan-json.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planFixture, planOf, resourceOf } from '../fixtures/plans.ts';
import { CONTEXT } from '../terraform/renderings.ts';
import { nodesOf } from './parse.ts';

const render = (plan: PlanJson): string => renderPlan(summarisePlan(plan, 'test'), CONTEXT, COMMENT);
const headline = (...changes: ResourceChangeJson[]): string => planHeadline(summarisePlan(planOf(...changes), 'test'));

describe('the headline', () => {
  const create = resourceOf('a', { actions: ['create'], after: { x: 1 } });
  const update = resourceOf('b', { before: { x: 1 }, after: { x: 2 } });
  const destroy = resourceOf('c', { actions: ['delete'] });
  const replace = resourceOf('d', { actions: ['create', 'delete'] });
  const moved = resourceOf('e', { actions: ['no-op'] }, { previous_address: 'thing.old' });
  const imported = resourceOf('f', { actions: ['no-op'], importing: { id: 'i' } });
  const forgotten = resourceOf('g', { actions: ['forget'] });

  test.each([
    ['No changes', []],
    ['1 to add, 0 to change, 0 to destroy', [create]],
    ['0 to add, 1 to change, 0 to destroy', [update]],
    ['0 to add, 0 to change, 1 to destroy', [destroy]],
    ['0 to add, 0 to change, 1 to replace, 0 to destroy', [replace]],
    ['1 to import, 0 to add, 0 to change, 0 to destroy', [imported]],
    ['0 to add, 0 to change, 1 to move, 1 to forget, 0 to destroy', [moved, forgotten]],
    [
      '1 to import, 1 to add, 1 to change, 1 to replace, 1 to move, 1 to forget, 1 to destroy',
      [create, update, destroy, replace, moved, imported, forgotten],
    ],
  ])('%s', (text, changes) => expect(headline(...changes)).toBe(text));

  test('says when only outputs change', () => {
    const plan = { ...planOf(), output_changes: { url: { actions: ['create' as const], before: null, after: 'x' } } };
    expect(planHeadline(summarisePlan(plan, 'test'))).toBe(
      '0 to add, 0 to change, 0 to destroy, 1 output(s) to change',
    );
  });
});

describe('a plan with every kind of change', () => {
  const text = render(planFixture('every-action'));
  const [open = '', child = '', root = '', outputs = ''] = text.split('<details>');

  test('begins with the environment and the counts', () => {
    expect(text.split('\n')[0]).toBe(
      '### Terraform plan · `test` · 1 to import, 1 to add, 2 to change, 1 to replace, 1 to move, 1 to forget, 3 to destroy',
    );
  });

  test('shows destroys and replacements first, open and with their reason', () => {
    expect(open).toContain('> [!CAUTION]\n> 4 resource(s) will be **destroyed or replaced**. Read these first.');
    expect(open).toContain(
      '`terraform_data.destroyed` will be **destroyed**, because it is no longer in the configuration',
    );
    expect(open).toContain(
      '`terraform_data.each["b"]` will be **destroyed**, because its key is no longer in for_each',
    );
    expect(open).toContain('`terraform_data.same (deposed byebye12)` will be **destroyed**');
    expect(open).toContain('`terraform_data.replaced` will be **replaced**, because `triggers_replace.ami` changes');
    expect(open).toContain(
      '-   triggers_replace.ami = "old" # forces replacement\n+   triggers_replace.ami = "new" # forces',
    );
    expect(open).not.toContain('terraform_data.updated');
  });

  test('has the rest collapsed, by module, and the outputs', () => {
    const collapsed = [child, root, outputs];
    expect(collapsed.map((part) => /<summary>(.*)<\/summary>/.exec(part)?.[1])).toEqual([
      '<code>module.child</code> · 1 to change',
      '<code>root module</code> · 1 to import, 1 to add, 1 to change, 1 to move, 1 to forget',
      'Outputs · 3 to change',
    ]);
    expect(root).toContain('! terraform_data.updated\n-   input.size = 1\n+   input.size = 2');
    expect(root).toContain('! terraform_data.new_name (moved from terraform_data.old_name)');
    expect(root).toContain('+ terraform_data.imported (imported from an-id)');
    expect(child).toContain('-   input = "one"\n+   input = "two"');
    expect(outputs).toContain('- changed = "before"\n+ changed = "after"');
    expect(outputs).toContain('+ added = (known after apply)');
  });

  test('names what is only known after apply in one line', () => {
    expect(root).toContain('+ terraform_data.created\n    # known after apply: id, input, output');
    expect(child).toContain('# known after apply: output');
  });

  test('ends with who, what and where', () => {
    expect(text.split('\n').at(-1)).toBe(
      '<sub>Commit `0123456` · by octocat · 12 s · [run](https://github.com/owner/repo/actions/runs/1)</sub>',
    );
  });
});

test('the merge result of a pull request names both commits (K2)', () => {
  const text = renderPlan(summarisePlan(planOf(), 'test'), { ...CONTEXT, base: 'fedcba9876543210' }, COMMENT);
  expect(text).toContain('Commit `0123456` merged with `fedcba9`');
});

test('no changes is said, and drift is shown beside it', () => {
  const drifted = resourceOf('drifted', { before: { size: 1 }, after: { size: 2 } });
  const relevant_attributes = [{ resource: 'thing.drifted', attribute: ['size'] }];
  const text = render({ ...planFixture('no-changes'), resource_drift: [drifted], relevant_attributes });
  expect(text).toContain('### Terraform plan · `test` · No changes');
  expect(text).toContain('No changes. The infrastructure matches the configuration.');
  expect(text).toContain('<details><summary>Changed outside of Terraform · 1</summary>');
  expect(text).toContain('-   size = 1\n+   size = 2');
});

test.each([
  ['replace_because_tainted', ', because an earlier apply left it half made'],
  ['replace_by_request', ', as asked for with -replace'],
  ['replace_by_triggers', ', because something in its replace_triggered_by changes'],
  ['delete_because_no_module', ', because its module is no longer in the configuration'],
  ['delete_because_of_something_new', ' (delete because of something new)'],
])('a reason %s is said in words', (action_reason, words) => {
  const text = render(planOf(resourceOf('a', { actions: ['delete', 'create'] }, { action_reason })));
  expect(text).toContain(`\`thing.a\` will be **replaced**${words}`);
});

test('a sensitive value says only that it changes', () => {
  const change = { before: { a: 'planted-1' }, after: { a: 'planted-2' }, after_sensitive: { a: true } };
  expect(render(planOf(resourceOf('a', change)))).toContain('! thing.a\n!   a = (sensitive, changes)');
});

describe('a value cannot become anything but a value', () => {
  const evil = [
    '```\n# heading\n````\n</details><img src=x>',
    '<!-- terraform-plan environment=production -->',
    '~~~\n@octocat fixes #1',
    '`</code></summary></details>',
  ];
  const before = Object.fromEntries(evil.map((value, index) => [value, `old ${index}`]));
  const after = Object.fromEntries(evil.map((value) => [value, value]));
  const each = evil.map((key) => `thing.each[${JSON.stringify(key)}]`);
  const plan: PlanJson = {
    ...planOf(
      resourceOf('update', { before, after }),
      ...each.flatMap((address) => [
        resourceOf('x', { actions: ['delete'] }, { address }),
        resourceOf(
          'x',
          { before, after },
          { address: `module.${address}.thing.y`, module_address: `module.${address}` },
        ),
        resourceOf(
          'x',
          { actions: ['no-op'], importing: { id: evil[0] ?? '' } },
          { address, previous_address: address },
        ),
      ]),
    ),
    output_changes: { text: { actions: ['update'], before: evil[0], after: evil[1] } },
  };
  const text = render(plan);

  test('no heading but ours, and no HTML but ours', () => {
    expect(nodesOf(text, 'heading')).toHaveLength(1);
    const html = nodesOf(text, 'html').map(({ value }) => (value ?? '').replaceAll(/<summary>.*<\/summary>/g, ''));
    expect(new Set(html)).toEqual(new Set(['<details>', '</details>', '<sub>', '</sub>']));
  });

  test('no link and no mention outside of code', () => {
    expect(nodesOf(text, 'link')).toHaveLength(1);
    const outside = nodesOf(text, 'text')
      .map(({ value }) => value)
      .join('\n');
    expect(outside).not.toContain('@octocat');
    expect(outside).not.toContain('environment=production');
    for (const { value } of nodesOf(text, 'html')) expect(value).not.toContain('<img');
  });

  test('nor the marker by which a comment is found again: that is the beginning', () => {
    expect(text.startsWith('### Terraform plan')).toBe(true);
  });
});

test('a failed plan shows the errors', () => {
  const text = renderPlanFailure('test', ['Missing argument\nwith ```', 'Second'], CONTEXT, COMMENT);
  expect(text).toContain('### Terraform plan · `test` · failed');
  expect(text).toContain('Nothing was changed.');
  expect(nodesOf(text, 'code').map(({ value }) => value)).toEqual(['Missing argument\nwith ```', 'Second']);
});

test('an actor is only a name', () => {
  const text = renderPlan(summarisePlan(planOf(), 'test'), { ...CONTEXT, actor: 'dependabot[bot]' }, WHOLE);
  expect(text).toContain(String.raw`by dependabot\[bot\] ·`);
});

test('default tags are shown where they change, and not again on everything that is new', () => {
  const tags = { tags: { own: 'a' }, tags_all: { own: 'a', Project: 'x' } };
  const created = render(planOf(resourceOf('new', { actions: ['create'], before: null, after: tags })));
  expect(created).toContain('tags.own = "a"');
  expect(created).not.toContain('tags_all');
  const changed = render(
    planOf(resourceOf('old', { before: { tags_all: {} }, after: { tags_all: { Project: 'x' } } })),
  );
  expect(changed).toContain('tags_all.Project = "x"');
});
