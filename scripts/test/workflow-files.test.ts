import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isMap, isScalar, parseDocument, visit, type Document, type Pair, type YAMLMap } from 'yaml';
import { ROOT } from '../tools.ts';

/** What actionlint does not look at, or does not know. */
const files = globSync('.github/**/*.{yml,yaml}', { cwd: ROOT }).toSorted();
const workflows = files.filter((file) => file.startsWith('.github/workflows/'));

function parseFile(file: string): Document {
  return parseDocument(readFileSync(join(ROOT, file), 'utf8'));
}

function pairsOf(file: string, key: string): Pair[] {
  const found: Pair[] = [];
  visit(parseFile(file), {
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === key) found.push(pair);
    },
  });
  return found;
}

function mapAt(map: YAMLMap | Document, key: string): YAMLMap {
  const found: unknown = map.get(key);
  if (!isMap(found)) throw new Error(`"${key}" is no mapping.`);
  return found;
}

/** `key: value # comment`, as one text. */
function written({ key, value }: Pair): string {
  if (!isScalar(value)) return `${String(key)}: (not one value)`;
  return `${String(key)}: ${String(value.value)} #${value.comment ?? ''}`;
}

test('there are the workflows that this is about', () => {
  expect(workflows.length).toBeGreaterThanOrEqual(3);
  expect(files).toContain('.github/actions/setup/action.yml');
});

describe.each(files)('%s', (file) => {
  test('pins every action of others to a commit, and says which version that is', () => {
    const all = pairsOf(file, 'uses').map(written);
    const others = all.filter((uses) => !uses.startsWith('uses: ./'));
    expect(all.length).toBeGreaterThan(0);
    for (const uses of others) {
      expect(uses).toMatch(/^uses: [\w.-]+\/[\w.-]+(\/[\w./-]+)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('uses one commit per version of an action', () => {
    const known = new Map<string, string>();
    for (const other of files.flatMap((name) => pairsOf(name, 'uses').map(written))) {
      const [, name = '', commit = ''] = /^uses: ([^@]+)@([0-9a-f]{40})/.exec(other) ?? [];
      expect(`${name} ${known.get(name) ?? commit}`).toBe(`${name} ${commit}`);
      known.set(name, commit);
    }
  });
});

describe.each(workflows)('%s', (file) => {
  test('gives nothing by default, and each job what it needs with the reason', () => {
    const document = parseFile(file);
    expect(mapAt(document, 'permissions').items).toEqual([]);
    for (const { key, value } of mapAt(document, 'jobs').items) {
      if (!isMap(value)) throw new Error(`${String(key)} is no job.`);
      const permissions = mapAt(value, 'permissions').items.map(written);
      expect(permissions).not.toEqual([]);
      for (const permission of permissions) {
        expect(permission).toMatch(/^[a-z-]+: (read|write) # \S.{3,}$/);
      }
    }
  });

  test('knows no other queue than "single" and "max", and none beside cancel-in-progress', () => {
    for (const { value } of pairsOf(file, 'concurrency').filter((pair) => isMap(pair.value))) {
      const { queue, 'cancel-in-progress': cancel }: Record<string, unknown> = isMap(value) ? value.toJSON() : {};
      expect([undefined, 'single', 'max']).toContain(queue);
      expect({ queue, cancel }).not.toEqual({ queue: 'max', cancel: true });
    }
  });
});

test('apply, promote and release wait in one line per environment, and none is skipped or cut off', () => {
  const lines = ['main.yml', 'apply.yml', 'promote.yml', 'release.yml']
    .flatMap((name) => pairsOf(`.github/workflows/${name}`, 'concurrency'))
    .map(({ value }) => (isMap(value) ? value.toJSON() : value));
  expect(lines).toEqual([
    { group: 'environment-${{ matrix.environment }}', 'cancel-in-progress': false, queue: 'max' },
    { group: 'environment-${{ inputs.environment }}', 'cancel-in-progress': false, queue: 'max' },
    { group: 'environment-${{ inputs.environment }}', 'cancel-in-progress': false, queue: 'max' },
    { group: 'environment-${{ inputs.environment }}', 'cancel-in-progress': false, queue: 'max' },
  ]);
});
