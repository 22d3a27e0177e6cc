import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { diagnosticReader } from '../../terraform/diagnostics.ts';
import { recordingLog } from '../fakes/log.ts';
import { temporaryFolders } from '../fakes/temp.ts';

const folders = temporaryFolders();
const workspace = process.env['GITHUB_WORKSPACE'];

afterEach(() => {
  folders.cleanUp();
  if (workspace === undefined) delete process.env['GITHUB_WORKSPACE'];
  else process.env['GITHUB_WORKSPACE'] = workspace;
});

/** As Terraform 1.11 writes an error, without the fields that are not read. */
const error = {
  '@level': 'error',
  '@message': 'Error: Missing required argument',
  type: 'diagnostic',
  diagnostic: {
    severity: 'error',
    summary: 'Missing required argument',
    detail: 'The argument "path" is required.',
    address: 'aws_thing.a',
    range: { filename: 'api-gateway/main.tf', start: { line: 7, column: 1, byte: 90 } },
  },
};

function read(...lines: readonly (string | object)[]) {
  const log = recordingLog();
  const reader = diagnosticReader(log, join(process.cwd(), 'terraform'));
  for (const line of lines) reader.onLine(typeof line === 'string' ? line : JSON.stringify(line));
  return { log, ...reader };
}

describe('an error', () => {
  test('is kept, and logged on its line of its file, relative to the repository', () => {
    delete process.env['GITHUB_WORKSPACE'];
    const { diagnostics, log } = read(error);
    const message = 'Missing required argument\nThe argument "path" is required.\nwith aws_thing.a';
    expect(diagnostics).toEqual([{ severity: 'error', message, address: 'aws_thing.a' }]);
    expect(log.lines).toEqual([
      {
        level: 'error',
        text: message,
        place: { file: 'terraform/api-gateway/main.tf', line: 7, title: 'Missing required argument' },
      },
    ]);
  });

  test('is on a file of the workspace, also when the runner names that by a link', () => {
    const root = folders.make();
    mkdirSync(join(root, 'real/terraform'), { recursive: true });
    symlinkSync(join(root, 'real'), join(root, 'link'));
    process.env['GITHUB_WORKSPACE'] = join(root, 'link');
    const log = recordingLog();
    diagnosticReader(log, join(root, 'real/terraform')).onLine(JSON.stringify(error));
    expect(log.lines[0]?.place?.file).toBe('terraform/api-gateway/main.tf');
  });

  test('without a place is logged without one', () => {
    const { log } = read({ ...error, diagnostic: { severity: 'error', summary: 'No', detail: '' } });
    expect(log.lines).toEqual([{ level: 'error', text: 'No' }]);
  });

  test('is shown without what a provider quoted of a secret', () => {
    const detail = 'container_definitions: [{"name":"DB_PASSWORD","value":"hunter2"}] AKIAABCDEFGHIJKLMNOP';
    const { log, diagnostics } = read({ ...error, diagnostic: { ...error.diagnostic, detail } });
    const text = JSON.stringify([log.lines, diagnostics]);
    expect(text).toContain('DB_PASSWORD');
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('AKIA');
  });
});

test('a warning is a warning', () => {
  const { diagnostics, log } = read({ ...error, diagnostic: { severity: 'warning', summary: 'Deprecated' } });
  expect(diagnostics).toEqual([{ severity: 'warning', message: 'Deprecated' }]);
  expect(log.lines).toEqual([{ level: 'warning', text: 'Deprecated' }]);
});

test('progress is logged, what the plan shows anyway is not', () => {
  const { log } = read(
    { '@message': 'aws_thing.a: Creating...', type: 'apply_start' },
    { '@message': 'aws_thing.a: Plan to create', type: 'planned_change' },
    { '@message': 'Outputs: 1', type: 'outputs' },
    { '@message': 'aws_thing.a: Refreshing state...', type: 'refresh_start' },
    { '@message': 'data.aws_thing.b: Refreshing...', type: 'apply_start', hook: { action: 'read' } },
  );
  expect(log.lines).toEqual([{ level: 'info', text: 'aws_thing.a: Creating...' }]);
});

test('what is not of the format is logged as it is, without a secret', () => {
  const { log } = read('panic: token=hunter2', '{ half a line', '', '   ');
  expect(log.lines.map(({ text }) => text)).toEqual(['panic: token=(sensitive)', '{ half a line']);
});

test('the steps of an apply are kept, each as far as it got; what is read is none', () => {
  const { onLine, steps } = diagnosticReader(recordingLog(), '.');
  const line = (type: string, addr: string, action: string): void =>
    onLine(JSON.stringify({ '@level': 'info', '@message': 'm', type, hook: { action, resource: { addr } } }));
  line('apply_start', 'thing.a', 'delete');
  line('apply_complete', 'thing.a', 'delete');
  line('apply_start', 'thing.a', 'create');
  line('apply_errored', 'thing.a', 'create');
  line('apply_start', 'thing.b', 'update');
  line('apply_start', 'data.thing.c', 'read');
  expect(steps()).toEqual([
    { address: 'thing.a', action: 'delete', state: 'done' },
    { address: 'thing.a', action: 'create', state: 'failed' },
    { address: 'thing.b', action: 'update', state: 'begun' },
  ]);
});
