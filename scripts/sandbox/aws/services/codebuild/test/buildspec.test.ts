import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ROOT } from '../../../../../tools.ts';
import { checkRuntimes, readBuildspec } from '../buildspec.ts';

const read = (...lines: string[]) => readBuildspec(['version: 0.2', ...lines].join('\n'));

describe('a buildspec', () => {
  test('of the service is understood', async () => {
    const spec = readBuildspec(await readFile(path.join(ROOT, 'service/buildspec.yml'), 'utf8'));

    checkRuntimes(spec);
    expect(spec.artifacts?.files).toEqual(['taskdef.json', 'appspec.yaml', 'imageDetail.json']);
    expect(spec.phases.install?.commands).toHaveLength(1);
    expect(spec.cache?.paths).toContain('node_modules/**/*');
  });

  test('may have numbers and truths where text is meant', () => {
    const spec = read('env: { variables: { A: 1, B: true, C: "" } }', 'phases: { build: { commands: [true, 7] } }');

    expect(spec.env?.variables).toEqual({ A: '1', B: 'true', C: '' });
    expect(spec.phases.build).toEqual({ commands: ['true', '7'], finally: [] });
  });

  test.each([
    ['version: 0.1\nphases: {}', 'version must be one of [0.2, 0.2]'],
    ['version: 0.2', 'phases is required'],
    ['version: 0.2\nphases: { deploy: {} }', 'phases.deploy is not allowed'],
    ['version: 0.2\nphases: {}\nartifacts: { files: [] }', 'artifacts.files must contain at least 1 items'],
    ['version: 0.2\nphases: {}\nbatch: {}', 'batch is not known to the sandbox'],
    ['', 'must be of type object'],
    ['a: [', 'Flow sequence'],
  ])('is refused by name: %j', (text, message) => {
    expect(() => readBuildspec(text)).toThrow(message);
  });

  test('says all that is wrong at once', () => {
    expect(() => read('reports: {}', 'phases: { build: { commands: [{ a: b }] } }')).toThrow(
      /reports is not known[^]*commands\[0\] is no text/,
    );
  });

  test.each([24, '24', '24.x', 'latest'])('may ask for Node %j', (version) => {
    const spec = read(`phases: { install: { runtime-versions: { nodejs: ${JSON.stringify(version)} } } }`);

    expect(() => checkRuntimes(spec)).not.toThrow();
  });

  test('may not ask for what is not here', () => {
    const python = read('phases: { install: { runtime-versions: { python: 3.12 } } }');

    expect(() => checkRuntimes(python)).toThrow("Unknown runtime named 'python'");
  });
});
