import { describe, expect, test } from '@jest/globals';
import { READS } from '../changes.ts';

describe('a change of', () => {
  test.each<[string, (keyof typeof READS)[]]>([
    ['README.md', ['everything']],
    ['terraform/api-gateway/README.md', ['everything']],
    ['lambdas/replace-strings/handler.ts', ['everything', 'code']],
    ['lambdas/replace-strings/request.schema.json', ['everything', 'code', 'terraform']],
    ['terraform/strings-mapping.json', ['everything', 'code', 'terraform']],
    ['terraform/environments/test.tfvars', ['everything', 'code', 'terraform']],
    ['terraform/_modules/waf/main.tf', ['everything', 'code', 'terraform', 'lintedTerraform']],
    ['scripts/terraform.ts', ['everything', 'code', 'terraform']],
    ['.tflint.hcl', ['everything', 'code', 'lintedTerraform']],
    ['.checkov.yaml', ['everything', 'code', 'lintedTerraform']],
    ['requirements-lint.txt', ['everything', 'code', 'lintedTerraform']],
    ['scripts/setup/release.ts', ['everything', 'code', 'terraform', 'lintedTerraform']],
  ])('%s can break the checks that read %j', (file, expected) => {
    const broken = Object.entries(READS).filter(([, reads]) => reads(file));
    expect(broken.map(([name]) => name)).toEqual(expected);
  });
});
