import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools.ts';
import { permissionsOf } from '../permissions.ts';
import { callsOf, readWorkflow, type Workflow } from '../workflows.ts';

const CALLED = './.github/workflows/called.yml';

function workflow(text: string, called?: string): Workflow {
  const files = called === undefined ? [] : [[CALLED, readWorkflow('called.yml', called)] as const];
  return { ...readWorkflow('some.yml', text), called: new Map(files) };
}

describe('the permissions of a run', () => {
  test.each<[string, object]>([
    ['jobs: { a: {} }', { contents: 'read', packages: 'read' }],
    ['permissions: {}\njobs: { a: {} }', {}],
    ['permissions: { issues: write }\njobs: { a: {} }', { issues: 'write' }],
    [
      'permissions: {}\njobs: { a: { permissions: { contents: read } }, b: { permissions: { contents: write, issues: none } } }',
      { contents: 'write' },
    ],
    ['permissions: { issues: write }\njobs: { a: { permissions: {} } }', {}],
  ])('%j', (text, expected) => {
    expect(permissionsOf(workflow(text))).toEqual(expected);
  });

  test('are all of them where a workflow says so', () => {
    expect(permissionsOf(workflow('permissions: write-all\njobs: { a: {} }'))).toMatchObject({ 'id-token': 'write' });
    expect(permissionsOf(workflow('permissions: read-all\njobs: { a: {} }'))).toMatchObject({ issues: 'read' });
  });

  test('are those of the called workflow, as far as its caller gives them', () => {
    const caller = (given: string): string =>
      `permissions: {}\njobs: { a: { permissions: ${given}, uses: ${CALLED} } }`;
    const called = 'jobs: { b: { permissions: { issues: write } }, c: {} }';
    expect(permissionsOf(workflow(caller('{ issues: write, contents: read }'), called))).toEqual({
      issues: 'write',
      contents: 'read',
    });
    expect(() => permissionsOf(workflow(caller('{ issues: read }'), called))).toThrow(
      'called.yml: the job "b" asks for "issues: write", and its caller gives "issues: read".',
    );
  });

  test('with a name or a level that GitHub does not know are refused', () => {
    expect(() => permissionsOf(workflow('permissions: { issue: write }\njobs: { a: {} }'))).toThrow(
      'some.yml: there is no permission "issue".',
    );
    expect(() => permissionsOf(workflow('permissions: { issues: admin }\njobs: { a: {} }'))).toThrow(
      'some.yml: "issues" cannot be "admin".',
    );
  });

  test.each(['main.yml', 'apply.yml'])('%s gives what it calls what that asks for', (file) => {
    const read = (name: string) => readWorkflow(name, readFileSync(join(ROOT, '.github/workflows', name), 'utf8'));
    const caller = read(file);
    const called = new Map(callsOf(caller.content).map((uses) => [uses, read(uses.split('/').at(-1) ?? '')]));
    expect(permissionsOf({ ...caller, called })).toMatchObject({ 'id-token': 'write', contents: 'read' });
    expect(called.size).toBe(1);
  });
});
