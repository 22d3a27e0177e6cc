import { describe, expect, test } from '@jest/globals';
import { testedFolders, touchedFolders } from '../terraform-tests.ts';
import { ROOT } from '../tools.ts';

const touchedBy = (...files: string[]): readonly string[] => touchedFolders(ROOT, files);

test('every module has unit tests', () => {
  expect(testedFolders(ROOT)).toEqual(
    expect.arrayContaining([
      'terraform',
      'terraform/api-gateway',
      'terraform/_modules/waf',
      'terraform/_modules/api-gateway-stage',
    ]),
  );
});

describe('what a change can break', () => {
  test('is the module and whoever calls it, at any distance', () => {
    expect(touchedBy('terraform/_modules/waf/main.tf')).toEqual(['terraform', 'terraform/_modules/waf']);
    expect(touchedBy('terraform/_modules/api-gateway-stage/tests/alarms_unit_test.tftest.hcl')).toEqual([
      'terraform',
      'terraform/_modules/api-gateway-stage',
      'terraform/api-gateway',
    ]);
  });

  test('is the root alone where its data has changed', () => {
    expect(touchedBy('terraform/strings-mapping.json', 'terraform/environments/test.tfvars')).toEqual(['terraform']);
  });

  test('is the architecture where a lambda’s schema has changed, and nothing where its code or a text has', () => {
    expect(touchedBy('lambdas/replace-strings/request.schema.json')).toEqual(['terraform', 'terraform/api-gateway']);
    expect(touchedBy('lambdas/replace-strings/revision.ts', 'terraform/_modules/waf/README.md')).toEqual([]);
  });
});
