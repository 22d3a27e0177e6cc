import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCommand } from '../../process.ts';
import { Terraform } from '../../terraform/cli.ts';
import { recordingLog } from '../fakes/log.ts';

const CONFIGURATION = `
variable "size" { type = number }
variable "password" {
  type      = string
  ephemeral = true
}
resource "terraform_data" "this" {
  input = var.size
  provisioner "local-exec" {
    command     = "printenv PASSWORD | wc -c > length"
    environment = { PASSWORD = var.password }
  }
}
`;

/** With the real Terraform and its builtin provider: only it knows what a saved plan holds. */
describe('an ephemeral variable (K4)', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ephemeral-'));
    await writeFile(join(folder, 'main.tf'), CONFIGURATION);
    await writeFile(join(folder, 'a.tfvars'), 'size = 1\npassword = "planted-password"\n');
    const code = await runCommand('terraform', ['init', '-input=false'], { cwd: folder });
    if (code !== 0) throw new Error(`terraform init ended with ${code}.`);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is given again when the saved plan is applied, and shown nowhere', async () => {
    const log = recordingLog();
    const terraform = new Terraform(folder, runCommand, log);
    const options = { planFile: join(folder, 'p.tfplan'), varFile: 'a.tfvars', lock: true };
    const planned = await terraform.plan(options);
    expect(planned.kind).toBe('planned');
    expect(await terraform.apply(options)).toEqual({
      ok: true,
      diagnostics: [],
      steps: [{ address: 'terraform_data.this', action: 'create', state: 'done' }],
    });
    // Read from the provisioner: the value was really there.
    expect((await readFile(join(folder, 'length'), 'utf8')).trim()).toBe(String('planted-password\n'.length));
    expect(log.text() + JSON.stringify(planned)).not.toContain('planted-password');
  }, 60_000);

  test('any other variable that has changed since the plan stops the apply', async () => {
    const terraform = new Terraform(folder, runCommand, recordingLog());
    await writeFile(join(folder, 'a.tfvars'), 'size = 2\npassword = "x"\n');
    const options = { planFile: join(folder, 'p.tfplan'), varFile: 'a.tfvars', lock: true };
    await terraform.plan(options);
    await writeFile(join(folder, 'a.tfvars'), 'size = 3\npassword = "x"\n');
    const { ok, diagnostics } = await terraform.apply(options);
    expect(ok).toBe(false);
    expect(diagnostics[0]?.message).toContain('size');
  }, 60_000);
});
