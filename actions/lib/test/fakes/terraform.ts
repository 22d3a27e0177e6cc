import { existsSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend, PlanOptions, PlanResult, Terraform } from '../../terraform/cli.ts';

/** Terraform that plans and applies what it is told, and keeps what it was asked for. */
export class FakeTerraform implements Pick<Terraform, 'init' | 'plan' | 'apply' | 'outputs'> {
  readonly calls: string[] = [];
  readonly backends: Backend[] = [];
  plans: PlanOptions[] = [];
  result: PlanResult;
  /** What the plans after the first one answer, where that is something else. */
  laterResult: PlanResult | undefined;
  applied: Awaited<ReturnType<Terraform['apply']>> = { ok: true, diagnostics: [], steps: [] };

  constructor(result: PlanResult) {
    this.result = result;
  }

  init(backend: Backend): Promise<void> {
    this.calls.push('init');
    this.backends.push(backend);
    return Promise.resolve();
  }

  plan(options: PlanOptions): Promise<PlanResult> {
    this.calls.push('plan');
    this.plans.push(options);
    writeFileSync(options.planFile, 'saved plan');
    return Promise.resolve(this.plans.length > 1 ? (this.laterResult ?? this.result) : this.result);
  }

  apply({ planFile }: { planFile: string }): Promise<Awaited<ReturnType<Terraform['apply']>>> {
    this.calls.push(`apply ${existsSync(planFile) ? planFile : 'nothing'}`);
    return Promise.resolve(this.applied);
  }

  outputs(): Promise<Awaited<ReturnType<Terraform['outputs']>>> {
    this.calls.push('outputs');
    return Promise.resolve([{ name: 'api_endpoint', text: '"https://api.example.com"' }]);
  }

  /** Of all the plan files that it saved, those that are still there. */
  leftBehind(): readonly string[] {
    return this.plans.map(({ planFile }) => planFile).filter((file) => existsSync(file));
  }
}

/** A Terraform folder with the environment `test`. */
export function terraformFolder(folder: string): string {
  mkdirSync(join(folder, 'environments'), { recursive: true });
  writeFileSync(join(folder, 'environments/test.tfvars'), '');
  return folder;
}
