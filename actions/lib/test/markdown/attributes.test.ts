import { describe, expect, test } from '@jest/globals';
import { renderAttributes, valueTexts } from '../../markdown/attributes.ts';
import { COMMENT } from '../../markdown/plan.ts';
import { attributeChanges } from '../../terraform/attributes.ts';
import type { ChangeJson, Json } from '../../terraform/plan-json.ts';
import { changeOf } from '../fixtures/plans.ts';

const render = (before: Json, after: Json, more: Partial<ChangeJson> = {}): string[] =>
  renderAttributes(attributeChanges(changeOf({ before, after, ...more })), COMMENT);

describe('a text of several lines', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  const text = lines.join('\n');

  test('is shown by the lines that change, with two around them', () => {
    expect(render({ user_data: text }, { user_data: text.replace('line 10', 'new') })).toEqual([
      '!   user_data (text: 1 line(s) removed, 1 added)',
      '      # 8 equal line(s)',
      '      line 8',
      '      line 9',
      '-     line 10',
      '+     new',
      '      line 11',
      '      line 12',
      '      # 17 equal line(s)',
    ]);
  });

  test('is whole where it comes or goes', () => {
    expect(render({}, { a: 'x\ny' })).toEqual(['+   a (text of 2 lines)', '+     x', '+     y']);
    expect(render({ a: 'x\ny' }, {})).toEqual(['-   a (text of 2 lines)', '-     x', '-     y']);
  });

  test('that ends with a line end has no empty line after it, unless one side lacks it', () => {
    expect(render({}, { a: 'x\ny\n' })).toEqual(['+   a (text of 2 lines)', '+     x', '+     y']);
    expect(render({ a: 'x\ny' }, { a: 'x\ny\n' }).at(-1)).toBe('+     ');
  });

  test('is compared with one of a single line, too', () => {
    expect(render({ a: 'x' }, { a: 'x\ny' })).toEqual([
      '!   a (text: 0 line(s) removed, 1 added)',
      '      x',
      '+     y',
    ]);
  });

  test('that is not known yet is said', () => {
    expect(render({ a: 'x\ny' }, {}, { after_unknown: { a: true } })).toEqual([
      '-   a (text of 2 lines)',
      '-     x',
      '-     y',
      '+   a = (known after apply)',
    ]);
  });

  test('that is sensitive never is', () => {
    const after_sensitive = { a: true };
    expect(render({ a: 'planted\n1' }, { a: 'planted\n2' }, { after_sensitive })).toEqual([
      '!   a = (sensitive, changes)',
    ]);
  });
});

describe('a list', () => {
  test('that is new is one line if it is short', () => {
    expect(render({}, { zones: ['a', 'b'] })).toEqual(['+   zones = ["a", "b"]']);
    expect(render({ zones: ['a', 'b'] }, {})).toEqual(['-   zones = ["a", "b"]']);
  });

  test('that is new and long has a line per item', () => {
    const long = 'x'.repeat(100);
    expect(render({}, { zones: [long, 'b'] })).toEqual(['+   zones (list)', `+     "${long}"`, '+     "b"']);
  });

  test('without its first item has lost one item, not changed all', () => {
    expect(render({ zones: ['a', 'b', 'c'] }, { zones: ['b', 'c'] })).toEqual([
      '!   zones (list)',
      '-     "a"',
      '      "b"',
      '      "c"',
    ]);
  });

  test('inside of a JSON text is one as well', () => {
    const policy = (...actions: string[]): Json => ({ policy: JSON.stringify({ Action: actions }) });
    expect(render(policy('a', 'b'), policy('a', 'x', 'b'))).toEqual([
      '!   policy:Action (list)',
      '+     "x"',
      '      "b"',
    ]);
  });

  test('with more items at its end is not taken for a new one', () => {
    expect(render({ zones: ['a'] }, { zones: ['a', 'b', 'c'] })).toEqual([
      '+   zones (list)',
      '+     "b"',
      '+     "c"',
    ]);
  });

  test('with one changed item is that item', () => {
    expect(render({ zones: ['a', 'b'] }, { zones: ['a', 'c'] })).toEqual(['-   zones[1] = "b"', '+   zones[1] = "c"']);
  });

  test('with unknown and hidden items says so', () => {
    expect(render({}, { a: ['x', null] }, { after_unknown: { a: [false, true] } })).toEqual([
      '+   a = ["x", (known after apply)]',
    ]);
    expect(render({}, { a: ['planted', 'x'] }, { after_sensitive: { a: [true] } })).toEqual([
      '+   a[0] = (sensitive)',
      '+   a[1] = "x"',
    ]);
  });

  test('that forces a replacement says so', () => {
    expect(render({ a: ['x'] }, { a: ['y', 'z'] }, { replace_paths: [['a']] })[0]).toBe(
      '!   a (list) # forces replacement',
    );
  });
});

describe('a long value', () => {
  const known = (text: string) => ({ kind: 'known' as const, text });

  test('is shown around what changes', () => {
    const [start, end] = ['s'.repeat(1_000), 'e'.repeat(500)];
    const [before, after] = valueTexts(known(`${start}old${end}`), known(`${start}new${end}`), COMMENT);
    const around = (text: string): string =>
      `…(960 equal characters)…${'s'.repeat(40)}${text}${'e'.repeat(40)}…(460 equal characters)…`;
    expect([before, after]).toEqual([around('old'), around('new')]);
  });

  test('is cut, and says by how much', () => {
    expect(valueTexts({ kind: 'absent' }, known('x'.repeat(500)), COMMENT)[1]).toBe(
      `${'x'.repeat(400)}… (100 more characters)`,
    );
  });

  test('never ends within a character', () => {
    const smile = '😀'.repeat(500);
    for (const text of valueTexts(known(`${smile}😀`), known(`${smile}😁`), COMMENT))
      expect(text.isWellFormed()).toBe(true);
  });
});
