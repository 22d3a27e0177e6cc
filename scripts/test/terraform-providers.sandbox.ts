import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { initOffline } from '../offline-terraform.ts';
import { SharedProviders } from '../terraform-providers.ts';
import { isAlive } from '../sandbox/processes.ts';
import { start, type Ended } from './child.ts';

const MODULE = `
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

variable "name" {
  type = string
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = "{}"
}
`;
const TESTS = `
mock_provider "aws" {}

run "keeps_its_promise" {
  command = plan
  variables { name = "one" }
  assert {
    condition     = aws_iam_role.this.name == "one"
    error_message = "Never said."
  }
}

run "breaks_its_promise" {
  command = plan
  variables { name = "two" }
  assert {
    condition     = aws_iam_role.this.name == "one"
    error_message = "It is not one."
  }
}

run "is_refused_by_the_provider" {
  command = plan
  variables { name = "not a name!" }
}
`;

let folder = '';
let providers: SharedProviders;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'module-'));
  await mkdir(join(folder, 'tests'));
  await writeFile(join(folder, 'main.tf'), MODULE);
  await writeFile(join(folder, 'tests/one_unit_test.tftest.hcl'), TESTS);
  await initOffline(folder);
  providers = await SharedProviders.create();
  env = await providers.envOf(folder);
}, 60_000);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const terraformTest = (): Promise<Ended> => {
  const own = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return start('terraform', ['test', '-no-color'], { cwd: folder, env: Object.fromEntries(own) }).ended;
};

test('a test ends as it would with a provider of its own, however often and side by side', async () => {
  for (const { code, stdout, stderr } of await Promise.all([terraformTest(), terraformTest()])) {
    expect(code).toBe(1);
    expect(stdout).toContain('run "keeps_its_promise"... pass');
    expect(stdout).toContain('run "breaks_its_promise"... fail');
    expect(stdout).toContain('run "is_refused_by_the_provider"... fail');
    expect(stdout).toContain('1 passed, 2 failed');
    expect(stderr).toContain('It is not one.');
    expect(stderr).toMatch(/invalid value for name/);
  }
}, 60_000);

test('one process serves them all, and ends when it is told to', async () => {
  const again = await providers.envOf(folder);
  expect(again['TF_REATTACH_PROVIDERS']).toBe(env['TF_REATTACH_PROVIDERS']);
  const { Pid: pid } = Object(Object.values(JSON.parse(again['TF_REATTACH_PROVIDERS'] ?? ''))[0]);
  expect(isAlive(pid)).toBe(true);
  await providers.close();
  expect(isAlive(pid)).toBe(false);
}, 30_000);
