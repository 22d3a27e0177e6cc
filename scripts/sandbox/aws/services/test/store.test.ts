import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Stores } from '../store.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stores-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('what services remember', () => {
  test('is there again after it was saved', async () => {
    const stores = new Stores(join(dir, 'new'));
    stores.open<string[]>('names', []).value.push('one');
    await stores.save();
    expect(new Stores(join(dir, 'new')).open<string[]>('names', []).value).toEqual(['one']);
  });

  test('is for its owner only', async () => {
    const stores = new Stores(dir);
    stores.open('secrets', { key: 'k' });
    await stores.save();
    expect((await stat(join(dir, 'secrets.json'))).mode & 0o077).toBe(0);
  });

  test('is not there when it was not saved, as in the emulator', () => {
    new Stores(dir).open<string[]>('names', []).value.push('one');
    expect(new Stores(dir).open<string[]>('names', []).value).toEqual([]);
  });

  test('has one owner', () => {
    const stores = new Stores();
    stores.open('names', []);
    expect(() => stores.open('names', [])).toThrow('The store "names" is open already.');
  });
});
