import { expect, test } from '@jest/globals';
import { whatBecame } from '../../review/outcome.ts';
import { lockedError, lockOf } from '../../terraform/lock.ts';
import { summarisePlan } from '../../terraform/plan-summary.ts';
import { planOf, resourceOf } from '../fixtures/plans.ts';

const summary = summarisePlan(
  planOf(
    resourceOf('done', { actions: ['create'], after: { n: 1 } }),
    resourceOf('failed', { before: { n: 1 }, after: { n: 2 } }),
    resourceOf('half', { actions: ['delete', 'create'], before: { n: 1 }, after: { n: 2 } }),
    resourceOf('interrupted', { actions: ['delete'], before: { n: 1 } }),
    resourceOf('waiting', { actions: ['create'], after: { n: 1 } }),
  ),
  'test',
);

test('an apply that failed tells what was done, what failed and what was not begun', () => {
  const became = whatBecame(summary, {
    ok: false,
    steps: [
      { address: 'thing.done', action: 'create', state: 'done' },
      { address: 'thing.failed', action: 'update', state: 'failed' },
      { address: 'thing.half', action: 'delete', state: 'done' },
      { address: 'thing.interrupted', action: 'delete', state: 'begun' },
    ],
    diagnostics: [
      { severity: 'warning', message: 'Deprecated', address: 'thing.done' },
      { severity: 'error', message: 'AccessDenied', address: 'thing.failed' },
      { severity: 'error', message: 'Quota', address: 'thing.failed' },
      { severity: 'error', message: 'Failed to save state' },
    ],
  });
  expect(became).toEqual({
    done: [{ address: 'thing.done', action: 'create' }],
    failed: [
      { address: 'thing.failed', action: 'update', error: 'AccessDenied\nQuota' },
      { address: 'thing.interrupted', action: 'destroy', error: 'It was interrupted.' },
    ],
    // Its first half is done: the next plan creates it.
    pending: [
      { address: 'thing.half', action: 'replace' },
      { address: 'thing.waiting', action: 'create' },
    ],
    errors: ['Failed to save state'],
  });
});

test('one that went through has done all of it, also what needs no step of its own', () => {
  const became = whatBecame(summary, { ok: true, steps: [], diagnostics: [] });
  expect([became.done.length, became.failed, became.pending, became.errors]).toEqual([5, [], [], []]);
});

const locked = `Error acquiring the state lock
Error message: operation error S3: PutObject, StatusCode: 412
Lock Info:
  ID:        1d3c2f1e-7a44-9d2e-0d1f-3d0a6f0f6c11
  Path:      state/test/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.11.4
  Created:   2026-11-25 12:00:00.123456 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state from being written by multiple users at the same time.`;

test('a locked state says who holds it, since when, and how to free it', () => {
  const lock = lockOf(['Deprecated', locked]);
  expect(lock).toEqual({
    id: '1d3c2f1e-7a44-9d2e-0d1f-3d0a6f0f6c11',
    path: 'state/test/terraform.tfstate',
    operation: 'OperationTypeApply',
    who: 'ada@laptop',
    created: '2026-11-25 12:00:00.123456 +0000 UTC',
  });
  if (lock === undefined) throw new Error('There is a lock.');
  const { message, hint } = lockedError(lock, 'test');
  expect(message).toBe(
    'The state of "test" is locked by ada@laptop since 2026-11-25 12:00:00 +0000 UTC (OperationTypeApply).',
  );
  expect(hint).toMatch(/make terraform\/force-unlock ENV=test ARGS=1d3c2f1e-7a44-9d2e-0d1f-3d0a6f0f6c11$/);
  expect(lockOf(['AccessDenied'])).toBeUndefined();
});
