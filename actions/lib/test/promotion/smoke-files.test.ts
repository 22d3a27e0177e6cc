import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { lambdaIds } from '../../packaging/folders.ts';
import { parseSmokeFile, smokeFile } from '../../promotion/smoke-file.ts';

test('every lambda has requests that it answers as it should', async () => {
  for (const id of await lambdaIds('lambdas')) {
    const file = smokeFile(id);
    const requests = parseSmokeFile(await readFile(file, 'utf8'), file);
    // One that everything answers alike, such as 403 without a route, would tell nothing.
    expect(requests.map(({ expect: { status } }) => status)).not.toContain(403);
    expect(requests.length).toBeGreaterThan(0);
  }
});
