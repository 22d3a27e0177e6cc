import { describe, expect, test } from '@jest/globals';
import { attributeChanges, type AttributeChange } from '../../terraform/attributes.ts';
import type { ChangeJson } from '../../terraform/plan-json.ts';
import { changeOf } from '../fixtures/plans.ts';

/** One line per attribute: `path: before -> after`. */
function lines(change: Partial<ChangeJson>): string[] {
  return attributeChanges(changeOf(change)).map(line);
}

function line({ path, before, after, forcesReplacement }: AttributeChange): string {
  const side = (value: AttributeChange['before']): string => (value.kind === 'known' ? value.text : `(${value.kind})`);
  return `${path}: ${side(before)} -> ${side(after)}${forcesReplacement ? ' !' : ''}`;
}

describe('what differs is found inside', () => {
  test('objects and lists, in the order of names', () => {
    const before = { z: 1, list: ['a', 'b'], tags: { same: 'x', team: 'blue' }, gone: true };
    const after = { z: 2, list: ['a', 'c', 'd'], tags: { same: 'x', team: 'red' }, 'with space': null };
    expect(lines({ before, after })).toEqual([
      'gone: true -> (absent)',
      'list[1]: "b" -> "c"',
      'list[2]: (absent) -> "d"',
      'tags.team: "blue" -> "red"',
      'z: 1 -> 2',
    ]);
  });

  test('JSON texts, also one in another', () => {
    const text = (value: string): string => JSON.stringify({ Statement: [{ Inner: JSON.stringify({ deep: value }) }] });
    expect(lines({ before: { policy: text('a') }, after: { policy: text('b') } })).toEqual([
      'policy:Statement[0].Inner:deep: "a" -> "b"',
    ]);
  });

  test('a text that only begins like JSON is a text', () => {
    expect(lines({ before: { text: '[a' }, after: { text: '{b' } })).toEqual(['text: "[a" -> "{b"']);
  });

  test('a list that becomes an object is shown on both sides', () => {
    expect(lines({ before: { a: ['x'] }, after: { a: { b: 1 } } })).toEqual(['a: [\n "x"\n] -> {\n "b": 1\n}']);
  });

  test('a key that is no name is quoted', () => {
    expect(lines({ before: { 'a b.c\n': 1 }, after: { 'a b.c\n': 2 } })).toEqual(['"a b.c\\n": 1 -> 2']);
  });
});

describe('nothing is a change', () => {
  test.each([
    ['the order of keys', { a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }],
    ['the order of keys in a JSON text, and its spaces', { a: '{"x":1,"y":[2]}' }, { a: '{ "y": [2], "x": 1 }' }],
    ['null or nothing', { a: null }, {}],
    ['an empty list or nothing', { a: [] }, { a: null }],
  ])('%s', (_, before, after) => expect(lines({ before, after })).toEqual([]));

  test('the order of keys in what is sensitive', () => {
    const sensitive = { a: true };
    expect(
      lines({
        before: { a: { x: 's1', y: 's2' } },
        after: { a: { y: 's2', x: 's1' } },
        before_sensitive: sensitive,
        after_sensitive: sensitive,
      }),
    ).toEqual([]);
  });
});

describe('what is not known before apply', () => {
  test('is unknown, whatever it was', () => {
    expect(
      lines({
        before: { id: 'i-1', list: ['a', 'b'] },
        after: { list: ['a', null] },
        after_unknown: { id: true, list: [false, true] },
      }),
    ).toEqual(['id: "i-1" -> (unknown)', 'list[1]: "b" -> (unknown)']);
  });

  test('shows the known side of a block without the secrets in it', () => {
    const [change] = attributeChanges(
      changeOf({
        before: { block: { user: 'u', password: 'planted', list: [{ name: 'TOKEN', value: 'planted' }] } },
        after: {},
        after_unknown: { block: true },
      }),
    );
    expect(change?.before).toEqual({ kind: 'known', text: expect.stringContaining('"user": "u"') });
    expect(JSON.stringify(change)).not.toContain('planted');
  });

  test('shows the known side of a JSON text without the secrets in it', () => {
    const found = lines({
      before: {
        text: JSON.stringify([
          {
            environment: [
              { name: 'A_TOKEN', value: 'planted' },
              { name: 'B', value: 'b' },
            ],
          },
        ]),
      },
      after: {},
      after_unknown: { text: true },
    }).join('\n');
    expect(found).toContain('"b"');
    expect(found).toContain('(sensitive)');
    expect(found).not.toContain('planted');
  });
});

describe('what Terraform marks', () => {
  test('is only changed or not, as a whole and deep inside', () => {
    expect(
      lines({
        before: { whole: 'planted-1', block: [{ key: 'planted-2', open: 1 }], same: 'planted-3' },
        after: { whole: 'planted-4', block: [{ key: 'planted-5', open: 2 }], same: 'planted-3' },
        before_sensitive: { whole: true, block: [{ key: true }], same: true },
        after_sensitive: { whole: true, block: [{ key: true }], same: true },
      }),
    ).toEqual([
      'block[0].key: (sensitive) -> (sensitive)',
      'block[0].open: 1 -> 2',
      'whole: (sensitive) -> (sensitive)',
    ]);
  });

  test.each([
    ['before', { before_sensitive: { a: true } }],
    ['after', { after_sensitive: { a: true } }],
  ])('on the %s side alone is hidden on both', (_, marks) => {
    expect(lines({ before: { a: 'planted-1' }, after: { a: 'planted-2' }, ...marks })).toEqual([
      'a: (sensitive) -> (sensitive)',
    ]);
  });

  test('on one side of a block that becomes unknown is hidden there too', () => {
    const found = lines({
      before: { block: { part: 'planted' } },
      after: {},
      after_unknown: { block: true },
      after_sensitive: { block: { part: true } },
    });
    expect(found.join()).not.toContain('planted');
  });

  test('is hidden in a block that becomes unknown, whatever its type', () => {
    const found = lines({
      before: { block: { pin: 271828, list: ['planted'], open: 1 } },
      after: {},
      after_unknown: { block: true },
      before_sensitive: { block: { pin: true, list: [true] } },
    });
    expect(found.join()).toContain('"open": 1');
    expect(found.join()).not.toMatch(/271828|planted/);
  });

  test('that appears or goes says so', () => {
    expect(lines({ before: null, after: { a: 'planted' }, after_sensitive: { a: true } })).toEqual([
      'a: (absent) -> (sensitive)',
    ]);
    expect(lines({ before: { a: 'planted' }, after: null, before_sensitive: { a: true } })).toEqual([
      'a: (sensitive) -> (absent)',
    ]);
  });

  test('and is not known is sensitive and a change', () => {
    expect(
      lines({ before: { a: 'planted' }, after: {}, after_unknown: { a: true }, after_sensitive: { a: true } }),
    ).toEqual(['a: (sensitive) -> (sensitive)']);
  });
});

describe('what nobody marked (K3)', () => {
  test('is hidden by its own name, and by that of the block it is in', () => {
    const value = (n: number): Record<string, unknown> => ({
      db_password: `planted-${n}`,
      api_keys: { partner: `planted-${n}`, partner_arn: `arn-${n}` },
      tokens: [`planted-${n}`],
      secret: { nested: [{ deep: `planted-${n}` }] },
      token_ttl: n,
      password_length: n,
    });
    expect(lines(JSON.parse(JSON.stringify({ before: value(1), after: value(2) })))).toEqual([
      'api_keys.partner: (sensitive) -> (sensitive)',
      'api_keys.partner_arn: "arn-1" -> "arn-2"',
      'db_password: (sensitive) -> (sensitive)',
      'password_length: 1 -> 2',
      'secret.nested[0].deep: (sensitive) -> (sensitive)',
      'token_ttl: 1 -> 2',
      'tokens: (sensitive) -> (sensitive)',
    ]);
  });

  test.each([
    ['name', 'value'],
    ['key', 'value'],
    ['Name', 'Value'],
    ['name', 'values'],
  ])('is hidden beside a %s, in its %s', (name, value) => {
    const pair = (n: number): Record<string, unknown> => ({ [name]: 'DB_PASSWORD', [value]: `planted-${n}` });
    const change = JSON.parse(
      JSON.stringify({ before: { environment: [pair(1)] }, after: { environment: [pair(2)] } }),
    );
    expect(lines(change)).toEqual([`environment[0].${value}: (sensitive) -> (sensitive)`]);
  });

  test("is hidden in a container's environment, which is a JSON text", () => {
    const definitions = (n: number): string =>
      JSON.stringify([
        {
          environment: [
            { name: 'LOG_LEVEL', value: `level-${n}` },
            { name: 'DB_PASSWORD', value: `planted-${n}` },
          ],
          secrets: [{ name: 'API_KEY', valueFrom: `arn-${n}` }],
        },
      ]);
    expect(
      lines({ before: { container_definitions: definitions(1) }, after: { container_definitions: definitions(2) } }),
    ).toEqual([
      'container_definitions:[0].environment[0].value: "level-1" -> "level-2"',
      'container_definitions:[0].environment[1].value: (sensitive) -> (sensitive)',
      'container_definitions:[0].secrets[0].valueFrom: "arn-1" -> "arn-2"',
    ]);
  });

  test('is hidden when the pair moved in the list', () => {
    const secret = { name: 'A_TOKEN', value: 'planted' };
    const found = lines({
      before: { environment: [secret] },
      after: { environment: [{ name: 'FIRST', value: 'x' }, secret] },
    });
    expect(found.join()).not.toContain('planted');
  });

  test('is hidden by its shape, wherever it is', () => {
    const key = `AKIA${'A1B2'.repeat(4)}`;
    const found = lines({
      before: { plain: 'x', [key]: 'x', list: ['x'] },
      after: { plain: `line\n${key}\n`, [key]: 'y', list: [{ deep: key }] },
    });
    expect(found.join()).not.toContain(key);
    expect(found).toContain('plain: "x" -> (sensitive)');
  });

  test('is hidden where a computed attribute repeats what is marked elsewhere in the resource', () => {
    const found = lines({
      before: { input: 'planted', output: { copy: 'planted', open: 'x' } },
      after: { input: 'planted-2' },
      after_unknown: { output: true },
      before_sensitive: { input: true },
    });
    expect(found.join()).not.toContain('planted');
    expect(found.join()).toContain('"open": "x"');
  });

  test('is hidden where a script sets it', () => {
    expect(
      lines({ before: { user_data: 'export DB_PASSWORD=planted-1\nrun' }, after: { user_data: '#!/bin/sh' } }),
    ).toEqual(['user_data: "export DB_PASSWORD=(sensitive)\\nrun" -> "#!/bin/sh"']);
  });
});

describe('what forces a replacement is said', () => {
  test('for the attribute, its parts and what it is a part of', () => {
    expect(
      lines({
        actions: ['delete', 'create'],
        before: { ami: 'a', disk: [{ size: 1 }], whole: { x: 1 }, tags: 'a', ami_name: 'a' },
        after: { ami: 'b', disk: [{ size: 2 }], tags: 'b', ami_name: 'b' },
        after_unknown: { whole: true },
        replace_paths: [['ami'], ['disk', 0, 'size'], ['whole', 'x']],
      }),
    ).toEqual([
      'ami: "a" -> "b" !',
      'ami_name: "a" -> "b"',
      'disk[0].size: 1 -> 2 !',
      'tags: "a" -> "b"',
      'whole: {\n "x": 1\n} -> (unknown) !',
    ]);
  });
});
