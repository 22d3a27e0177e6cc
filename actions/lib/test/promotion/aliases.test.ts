import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeFunctions } from '../fakes/functions.ts';
import { compareAliases, isDrift, PINNED_ALIAS, type AliasState } from '../../promotion/aliases.ts';

let functions: FakeFunctions;
const targets = { lambdas: { one: { function_name: 'f' }, two: { function_name: 'g' } } };

beforeEach(() => {
  functions = new FakeFunctions();
  functions.add('f', 'code-3', ['code-1', 'code-2', 'code-3'], { prod: '2', test: '$LATEST' });
  functions.add('g', 'code-1', ['code-1'], { prod: '1', test: '$LATEST' });
});

/** With this pin for `one`. */
async function state(version: string, sha256: string): Promise<AliasState & { readonly drift: boolean }> {
  const [found] = await compareAliases({ one: { version, sha256 } }, targets, functions);
  if (found === undefined) throw new Error('There is no answer.');
  return { ...found, drift: isDrift(found) };
}

describe('an alias', () => {
  test('that runs its pin is as pinned', async () => {
    expect(await state('2', 'code-2')).toMatchObject({ kind: 'as-pinned', runs: '2', drift: false });
  });

  test('is judged by the code: in another account the same code has another number', async () => {
    expect(await state('17', 'code-2')).toMatchObject({ kind: 'as-pinned', pinnedVersion: '2', drift: false });
    // The number is there, too, and holds something else.
    expect(await state('2', 'code-3')).toMatchObject({ kind: 'differs', runs: '2', pinnedVersion: '3', drift: true });
  });

  test('that runs another version is drift, and the pinned one is named', async () => {
    functions.set('f', PINNED_ALIAS, '1');
    expect(await state('2', 'code-2')).toMatchObject({ kind: 'differs', runs: '1', pinnedVersion: '2', drift: true });
  });

  test('that somebody has pointed to the newest code, whatever it is, is drift', async () => {
    functions.set('f', PINNED_ALIAS, '$LATEST');
    expect(await state('2', 'code-2')).toMatchObject({ kind: 'differs', runs: '$LATEST', drift: true });
  });

  test('whose pinned version is not there any more is drift', async () => {
    expect(await state('9', 'code-9')).toMatchObject({ kind: 'missing', runs: '2', drift: true });
  });

  test('that is gone is drift, as is a lambda that is not deployed', async () => {
    functions.add('f', 'code-1', ['code-1'], {});
    expect(await state('1', 'code-1')).toMatchObject({ kind: 'gone', drift: true });
    const pins = { nobody: { version: '1', sha256: 'code-1' } };
    expect(await compareAliases(pins, targets, functions)).toMatchObject([{ id: 'nobody', kind: 'gone' }]);
  });
});

describe('a shift (K14)', () => {
  test.each([
    ['from the pinned version', '2', { 3: 0.1 }],
    ['to the pinned version', '1', { 2: 0.5 }],
  ])('%s is said, and no drift', async (_, from, shifting) => {
    functions.set('f', PINNED_ALIAS, from, shifting);
    expect(await state('2', 'code-2')).toMatchObject({ kind: 'shifting', runs: from, shifting, drift: false });
  });

  test('between versions of which none is pinned is drift', async () => {
    functions.set('f', PINNED_ALIAS, '1', { 3: 0.1 });
    expect(await state('2', 'code-2')).toMatchObject({ kind: 'differs', shifting: { 3: 0.1 }, drift: true });
  });
});

test('every pin is looked at, in order; what is not pinned is not, and nothing is changed', async () => {
  const pins = { two: { version: '1', sha256: 'code-1' }, one: { version: '2', sha256: 'code-2' } };
  const found = await compareAliases(pins, targets, functions);
  expect(found.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['one as-pinned', 'two as-pinned']);
  expect(await compareAliases({}, targets, functions)).toEqual([]);
  expect(functions.changes).toEqual([]);
});
