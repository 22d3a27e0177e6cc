import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import {
  formatRecord,
  parseRecord,
  planMarker,
  roomBeside,
  withoutRecord,
  type PlanRecord,
} from '../../review/marker.ts';
import { planDigest } from '../../terraform/digest.ts';
import { summarisePlan, type PlanSummary } from '../../terraform/plan-summary.ts';
import { planFixture, planOf, resourceOf } from '../fixtures/plans.ts';

const summary = { ...summarisePlan(planFixture('every-action'), 'test'), drift: [] };
const record: PlanRecord = {
  environment: 'test',
  state: 'planned',
  head: 'a'.repeat(40),
  base: 'b'.repeat(40),
  run: 12,
  planned: '2026-11-25T12:00:00.000Z',
  digest: planDigest(summary),
  summary,
};
const bodyOf = (line: string): string => `${planMarker('test')}\n${line}\n### Plan\n\nText`;

describe('the record of a plan comment', () => {
  test('is read back as it was written, with the plan itself', () => {
    expect(parseRecord(bodyOf(formatRecord(record)))).toEqual(record);
  });

  test('is one hidden line, and the text is what people read', () => {
    const line = formatRecord(record);
    expect(line).not.toContain('\n');
    expect(line.slice(4, -3)).not.toMatch(/--|>/);
    expect(withoutRecord(bodyOf(line))).toBe('### Plan\n\nText');
    expect(withoutRecord(`${planMarker('test')}\n### Plan`)).toBe('### Plan');
  });

  test('leaves the plan out where it is too long, and room for a text', () => {
    const changes = Array.from({ length: 2_000 }, (_, index) =>
      resourceOf(`r${index}`, { actions: ['create'], after: { value: randomBytes(20).toString('hex') } }),
    );
    const large = summarisePlan(planOf(...changes), 'test');
    const long = { ...record, summary: large, digest: planDigest(large) };
    expect(parseRecord(bodyOf(formatRecord(long)))).toEqual({ ...long, summary: undefined });
    expect(roomBeside(long, planMarker('test'))).toBeGreaterThan(65_000);
    expect(roomBeside(record, planMarker('test'))).toBeGreaterThan(30_000);
  });

  test.each([
    ['no record', '### Plan'],
    ['no JSON', '<!-- terraform-plan-record {oops} -->'],
    ['another shape', '<!-- terraform-plan-record {"environment":"test"} -->'],
    ['an unknown environment', formatRecord({ ...record, environment: 'else' })],
    ['a digest that is none', formatRecord({ ...record, digest: 'abc' })],
    ['a field that is not ours', formatRecord(record).replace('{', '{"more":1,')],
  ])('is none for %s', (_, line) => expect(parseRecord(bodyOf(line))).toBeUndefined());

  const { summary: _, ...bare } = record;

  test('loses a plan that is not the one of its digest, or is damaged', () => {
    const other: PlanSummary = { ...summary, changes: summary.changes.slice(1) };
    expect(parseRecord(bodyOf(formatRecord({ ...record, summary: other })))).toEqual({ ...record, summary: undefined });
    const bad = (text: string): string => formatRecord(bare).replace('}', `,"summary":"${text}"}`);
    for (const text of ['AAAA', gzipSync('{}').toString('base64'), gzipSync('null').toString('base64')]) {
      expect(parseRecord(bodyOf(bad(text)))).toEqual({ ...record, summary: undefined });
    }
  });
});
