import { describe, expect, test } from '@jest/globals';
import { evaluate, fillIn, OnlyTheJobKnows, ONLY_THE_JOB_KNOWS } from '../expression.ts';

const CONTEXTS = {
  github: { ref: 'refs/heads/main', event: { number: 7, labels: ['one', 'Two'], pull_request: { 'head-ref': 'x' } } },
  inputs: { on: true, off: false, empty: '', text: "it's" },
};

describe('an expression', () => {
  test.each<[string, unknown]>([
    ["'it''s'", "it's"],
    ['12', 12],
    ['-1.5', -1.5],
    ['0xff', 255],
    ['null', null],
    ['github.event.number', 7],
    ["github['event'].pull_request.head-ref", 'x'],
    ['github.Event.NUMBER', 7],
    ['github.event.none.at.all', null],
    ["inputs.off || inputs.empty || 'last'", 'last'],
    ["inputs.on && 'yes' || 'no'", 'yes'],
    ["inputs.off && 'yes' || 'no'", 'no'],
    ['!inputs.empty', true],
    ["'Main' == 'main'", true],
    ["'7' == github.event.number", true],
    ["'seven' == github.event.number", false],
    ["null == ''", true],
    ["'b' > 'A'", true],
    ['true != false && (1 <= 1)', true],
    ["startsWith(github.ref, 'REFS/')", true],
    ["endsWith(github.ref, '/main')", true],
    ["contains(github.event.labels, 'two')", true],
    ["contains('labels', 'two')", false],
    ["format('{0}/{1} {{0}}', 'a', 7)", 'a/7 {0}'],
    ["join(github.event.labels, '-')", 'one-Two'],
    ["fromJSON('[1, 2]')[1]", 2],
  ])('%s', (source, expected) => {
    expect(evaluate(source, CONTEXTS)).toEqual(expected);
  });

  test.each(['', 'a b', "'open", 'github.', '(1', 'x ? y', "hashFiles('*')", 'startsWith(1'])(
    'that it does not understand is an error: %s',
    (source) => {
      expect(() => evaluate(source, CONTEXTS)).toThrow(/^The sandbox does not (understand|know)/);
    },
  );

  test('that names what there is not before a job runs is an error, not an empty text', () => {
    expect(() => evaluate('secrets.TOKEN || 1', CONTEXTS)).toThrow(
      'The sandbox cannot tell "secrets" before a job runs.',
    );
    expect(() => evaluate('github.evnt.number', CONTEXTS)).toThrow('The sandbox does not know github.evnt.');
  });

  test('that needs a job is told apart, and not looked at where it does not count', () => {
    expect(() => evaluate('matrix.environment', CONTEXTS)).toThrow(OnlyTheJobKnows);
    expect(() => evaluate('inputs.x', { inputs: ONLY_THE_JOB_KNOWS })).toThrow(OnlyTheJobKnows);
    expect(evaluate('github.event.number || matrix.environment', CONTEXTS)).toBe(7);
    expect(fillIn('a-${{ matrix.environment }}-${{ github.event.number }}', CONTEXTS)).toBe('a-*-7');
  });
});
