import { afterAll, describe, expect, test } from '@jest/globals';
import { temporaryFolders } from '../../actions/lib/test/fakes/temp.ts';
import { writeProject } from '../generate/test/project.ts';
import { TOOLS } from '../tools.ts';
import { runScript, type Ended } from './child.ts';

const { make, cleanUp } = temporaryFolders();
afterAll(cleanUp);

const TERRAFORM = `
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}
`;
const TOPIC = `
resource "aws_sns_topic" "this" {
  name              = "topic"
  kms_master_key_id = "alias/aws/sns"
}
`;
const BUCKET = `
resource "aws_s3_bucket" "letters" {
  bucket = "letters"
}
`;
const MODULE = { 'terraform.tf': TERRAFORM, 'variables.tf': '', 'outputs.tf': '', 'main.tf': TOPIC };

/** The command itself, with the tools that it has installed; the first time it installs them, which takes minutes. */
const lint = (files: Readonly<Record<string, string>>): Promise<Ended> =>
  runScript('scripts/lint-terraform.ts', [writeProject(make(), files)], { env: { TOOLS_DIR: TOOLS } });
const LONG = 600_000;

describe('lint/terraform', () => {
  test(
    'is content with a module that is safe and tidy',
    async () => {
      const { code, stderr } = await lint(MODULE);
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
    LONG,
  );

  test(
    'fails for a bucket that is not encrypted, and names it',
    async () => {
      const { code, stdout } = await lint({ ...MODULE, 'main.tf': TOPIC + BUCKET });
      expect(stdout).toMatch(
        /^Check: CKV_AWS_145: .*encrypted with KMS.*\n\s+FAILED for resource: aws_s3_bucket\.letters$/m,
      );
      expect(code).toBe(1);
    },
    LONG,
  );

  test(
    'takes a skip beside the resource',
    async () => {
      const topic = TOPIC.replace('"alias/aws/sns"', 'null');
      const found = await lint({ ...MODULE, 'main.tf': topic });
      expect(found.stdout).toContain('CKV_AWS_26:');
      expect(found.code).toBe(1);
      const skipped = topic.replace('{\n', '{\n  #checkov:skip=CKV_AWS_26:Nothing secret is sent.\n');
      expect(await lint({ ...MODULE, 'main.tf': skipped })).toMatchObject({ code: 0 });
    },
    LONG,
  );

  test(
    'fails for what is untidy, also in a folder further down',
    async () => {
      const inner = { 'inner/terraform.tf': TERRAFORM, 'inner/main.tf': TOPIC, 'inner/outputs.tf': '' };
      const { code, stdout } = await lint({ ...MODULE, ...inner, 'inner/variables.tf': 'variable "Name" {}\n' });
      for (const rule of ['typed_variables', 'documented_variables', 'naming_convention', 'unused_declarations']) {
        expect(stdout).toMatch(new RegExp(`inner/variables\\.tf:1:1: .*\\(terraform_${rule}\\)`));
      }
      expect(code).toBe(1);
    },
    LONG,
  );

  test(
    'needs no values of variables: a fresh clone has none',
    async () => {
      const variable = (type: string, more = ''): string =>
        `variable "names" {\n  type = ${type}\n${more}  description = "Names."\n}\n`;
      const { code, stderr } = await lint({
        ...MODULE,
        'variables.tf': variable('map(string)', '  default = null\n'),
        'main.tf': `${TOPIC}\nmodule "inner" {\n  source = "./inner"\n  names  = keys(var.names)\n}\n`,
        'inner/terraform.tf': 'terraform {\n  required_version = ">= 1.11"\n}\n',
        'inner/variables.tf': variable('list(string)'),
        'inner/main.tf': '',
        'inner/outputs.tf': 'output "names" {\n  value       = var.names\n  description = "Names."\n}\n',
      });
      expect(stderr).toBe('');
      expect(code).toBe(0);
    },
    LONG,
  );

  test.each([
    ['a file that is not Terraform', { ...MODULE, 'more.tf': 'resource "aws_sns_topic" {{\n' }],
    ['a folder with nothing to look at', { 'README.md': '' }],
  ])(
    'does not take %s for a good one',
    async (_, files) => {
      const { code, stderr } = await lint(files);
      expect(stderr).toMatch(/^Error: (tflint|checkov) could not look at everything\. [^\n]+\n$/);
      expect(code).toBe(1);
    },
    LONG,
  );
});
