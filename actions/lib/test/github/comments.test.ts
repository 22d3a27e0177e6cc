import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { upsertComment } from '../../github/comments.ts';
import { FakeComments } from '../fakes/comments.ts';

const marker = '<!-- terraform-plan environment=test -->';
const author = 'github-actions[bot]';
const sticky = (body: string) => ({ marker, author, body });

describe('a sticky comment', () => {
  test('is created when there is none, with the marker as its first line', async () => {
    const pull = new FakeComments();
    pull.add('someone', 'Looks good');
    expect(await upsertComment(pull.as(author), sticky('one'))).toEqual({ id: 2, action: 'created' });
    expect(pull.comments.at(-1)).toEqual({ id: 2, author, body: `${marker}\none` });
  });

  test('is updated in place after that', async () => {
    const pull = new FakeComments();
    await upsertComment(pull.as(author), sticky('one'));
    pull.add('someone', 'Looks good');
    expect(await upsertComment(pull.as(author), sticky('two'))).toEqual({ id: 1, action: 'updated' });
    expect(pull.comments.map(({ body }) => body)).toEqual([`${marker}\ntwo`, 'Looks good']);
  });

  test('is found among 250 (K7)', async () => {
    const pull = new FakeComments();
    for (let index = 0; index < 200; index += 1) pull.add('someone', `comment ${index}`);
    const { id } = pull.add(author, `${marker}\nold`);
    for (let index = 0; index < 49; index += 1) pull.add('someone', `comment ${index}`);
    expect(await upsertComment(pull.as(author), sticky('new'))).toEqual({ id, action: 'updated' });
    expect(pull.comments).toHaveLength(250);
  });

  test.each([
    ['by somebody else', 'mallory', `${marker}\nforged`],
    ['by an account with a similar name', 'github-actions', `${marker}\nforged`],
    ['of another environment', author, '<!-- terraform-plan environment=test2 -->\nother'],
    ['that only quotes the marker', author, `> ${marker}\nquoted`],
  ])('is never taken from one %s', async (_, other, body) => {
    const pull = new FakeComments();
    pull.add(other, body);
    expect(await upsertComment(pull.as(author), sticky('ours'))).toEqual({ id: 2, action: 'created' });
    expect(pull.comments[0]).toEqual({ id: 1, author: other, body });
  });

  test('stays one: doubles are removed, the oldest is kept', async () => {
    const pull = new FakeComments();
    for (const body of ['a', 'b', 'c']) pull.add(author, `${marker}\n${body}`);
    pull.add('mallory', `${marker}\nforged`);
    expect(await upsertComment(pull.as(author), sticky('new'))).toEqual({ id: 1, action: 'updated' });
    expect(pull.comments).toEqual([
      { id: 1, author, body: `${marker}\nnew` },
      { id: 4, author: 'mallory', body: `${marker}\nforged` },
    ]);
  });
});

/** Runs several updates at once; the scheduler decides whose call comes next. */
async function race(scheduler: fc.Scheduler, runs: number, existing: number): Promise<FakeComments> {
  const pull = new FakeComments();
  for (let index = 0; index < existing; index += 1) pull.add(author, `${marker}\nold ${index}`);
  const turn = (call: string): Promise<void> => scheduler.schedule(Promise.resolve(), call);
  const all = Array.from({ length: runs }, (_, index) => upsertComment(pull.as(author, turn), sticky(`run ${index}`)));
  await scheduler.waitFor(Promise.all(all));
  return pull;
}

describe('runs that race', () => {
  test('end with one comment, with the text of one of them, in whatever order their calls arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 0, max: 3 }),
        async (scheduler, runs, existing) => {
          const pull = await race(scheduler, runs, existing);
          expect(pull.comments).toHaveLength(1);
          expect(pull.comments[0]?.id).toBe(1);
          expect(pull.comments[0]?.body).toMatch(/^<!-- terraform-plan environment=test -->\nrun \d$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('both creating: the one that came second takes its own back', async () => {
    const pull = new FakeComments();
    // Both have listed before either creates.
    let waiting: (() => void)[] = [];
    const together = async (call: string): Promise<void> => {
      if (call !== 'create') return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      if (waiting.length === 2) {
        for (const go of waiting) go();
        waiting = [];
      }
      await promise;
    };
    const results = await Promise.all([
      upsertComment(pull.as(author, together), sticky('first')),
      upsertComment(pull.as(author, together), sticky('second')),
    ]);
    expect(results.map(({ id }) => id)).toEqual([1, 1]);
    expect(pull.calls).toContain('delete 2');
    expect(pull.comments).toEqual([{ id: 1, author, body: `${marker}\nsecond` }]);
  });
});
