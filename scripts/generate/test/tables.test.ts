import { afterAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { temporaryFolders } from '../../../actions/lib/test/fakes/temp.ts';
import { actionTables } from '../action-tables.ts';
import { hcl, moduleTables, shortType } from '../module-tables.ts';
import { prose, readmeWith, table } from '../tables.ts';
import { README, writeProject } from './project.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

describe('a README', () => {
  test('gets its tables between the two lines, and keeps the rest', async () => {
    const file = join(writeProject(make(), { 'README.md': README }), 'README.md');
    const { text } = await readmeWith(table(['a', 'b'], [['1', '2']]), file, 'README.md');
    expect(text).toBe(
      '# Name\n\n<!-- inputs and outputs -->\n\n| a   | b   |\n| --- | --- |\n| 1   | 2   |\n\n<!-- end -->\n\nMore.\n',
    );
  });

  test.each([
    ['is not there', undefined, /^There is no x\/README\.md\.$/],
    ['has no place for them', '# Name\n', /^x\/README\.md has no place for its tables\.$/],
    ['has the lines in the wrong order', '<!-- end --><!-- inputs and outputs -->', /has no place for its tables/],
  ])('that %s is told what to add', async (_, text, message) => {
    const root = writeProject(make(), text === undefined ? {} : { 'x/README.md': text });
    const made = readmeWith([], join(root, 'x/README.md'), 'x/README.md');
    await expect(made).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.stringContaining('"<!-- inputs and outputs -->" and "<!-- end -->"'),
    });
  });
});

test.each([
  ['keeps line breaks', 'one\ntwo\n\n  three\n', 'one<br>two<br>three'],
  ['keeps code, and escapes only the end of a cell in it', 'say `a_b|c *d*`', 'say `a_b\\|c *d*`'],
  ['makes no markup of text', 'a <b> | *c* [d](e) _f_ g_h', 'a \\<b> \\| \\*c\\* \\[d](e) \\_f\\_ g_h'],
])('prose %s', (_, text, expected) => {
  expect(prose(text)).toBe(expected);
});

test.each([
  ['string', 'string'],
  ['set(string)', 'set(string)'],
  ['map(object({\n  a = list(string)\n}))', 'map(object)'],
  ['object({ a = map(object({})) })', 'object'],
  ['tuple([string, number])', 'tuple'],
])('the type %s is shown as %s', (type, expected) => {
  expect(shortType(type)).toBe(expected);
});

test('values are shown as Terraform writes them', () => {
  expect(hcl({ a: [1, 'b', true, null], c: {}, d: { e: [] } })).toBe(
    '{ a = [1, "b", true, null], c = {}, d = { e = [] } }',
  );
});

test('a module’s README has its variables, required ones first and in the order of the file, and its outputs', async () => {
  const root = writeProject(make(), {
    'terraform/m/README.md': README,
    'terraform/m/variables.tf': `
      variable "optional" {
        type        = map(object({ a = optional(string) }))
        default     = { b = {} }
        description = <<-EOT
          What it is.

          a: what that is.
        EOT
      }
      variable "zone" {
        type        = string
        description = "Needed."
      }
      variable "account" {
        type        = any
        description = "Needed too."
      }
      variable "none" {
        default     = null
        description = "May be left out."
      }
      variable "long" {
        type        = string
        default     = "${'x'.repeat(80)}"
        description = "Long."
      }`,
    'terraform/m/outputs.tf': `
      output "secret" {
        value       = "\${var.zone}"
        sensitive   = true
        description = "A secret."
      }
      output "arn" {
        value       = 1
        description = "An ARN."
      }`,
    'terraform/m/.terraform/modules/other/variables.tf': 'variable "not_ours" {}',
  });
  const files = await moduleTables(root);
  expect(files.map(({ file }) => file)).toEqual([join(root, 'terraform/m/README.md')]);
  const rows = (files[0]?.text ?? '').split('\n').filter((line) => line.startsWith('|'));
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
    '| input | type | default | |',
    expect.any(String),
    '| `zone` | `string` | required | Needed. |',
    '| `account` | `any` | required | Needed too. |',
    '| `optional` | `map(object)` | `{ b = {} }` | What it is.<br>a: what that is. |',
    '| `none` | `any` | `null` | May be left out. |',
    '| `long` | `string` | see variables.tf | Long. |',
    '| output | |',
    expect.any(String),
    '| `secret` | A secret. Sensitive. |',
    '| `arn` | An ARN. |',
  ]);
});

test('a module without outputs has one table', async () => {
  const root = writeProject(make(), {
    'terraform/README.md': README,
    'terraform/variables.tf': 'variable "a" {\n  type = string\n}\n',
  });
  const [{ text } = { text: '' }] = await moduleTables(root);
  expect(text).toContain('| `a`');
  expect(text).not.toContain('output |');
});

test('an action’s README has the inputs and outputs of its action.yml', async () => {
  const root = writeProject(make(), {
    'actions/a/README.md': README,
    'actions/a/action.yml': [
      'inputs:',
      '  environment: { description: "Where.", required: true }',
      '  token: { description: "Who.", default: "${{ github.token }}" }',
      '  note: { description: "What | else." }',
      'outputs:',
      '  commit: { description: "Which." }',
    ].join('\n'),
    'actions/lib/README.md': 'No action.',
  });
  const files = await actionTables(root);
  expect(files.map(({ file }) => file)).toEqual([join(root, 'actions/a/README.md')]);
  const rows = (files[0]?.text ?? '').split('\n').filter((line) => line.startsWith('|'));
  expect(rows.map((row) => row.replaceAll(/ +/g, ' '))).toEqual([
    '| input | default | |',
    expect.any(String),
    '| `environment` | required | Where. |',
    '| `token` | `${{ github.token }}` | Who. |',
    '| `note` | empty | What \\| else. |',
    '| output | |',
    expect.any(String),
    '| `commit` | Which. |',
  ]);
});
