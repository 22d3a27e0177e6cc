/**
 * `make terraform/<op>`: Terraform for one environment by the same code as the actions. `ENV` chooses the environment, `ARGS`
 * goes to Terraform as it is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ssmParameters } from '../actions/lib/aws/parameters.ts';
import { UserError } from '../actions/lib/errors.ts';
import { choice, ENVIRONMENTS } from '../actions/lib/inputs.ts';
import { terminalLog, type Log } from '../actions/lib/log.ts';
import { runCommand } from '../actions/lib/process.ts';
import { checkedOutCommits, type CheckedOutCommits } from '../actions/lib/git.ts';
import { renderPlan, WHOLE, type PlanContext } from '../actions/lib/markdown/plan.ts';
import { isEmptyPlan, summarisePlan } from '../actions/lib/terraform/plan-summary.ts';
import { showMarkdown } from './show-markdown.ts';
import { Terraform, varFileOf } from '../actions/lib/terraform/cli.ts';
import { lockedError, lockOf } from '../actions/lib/terraform/lock.ts';
import { errorsOf } from '../actions/lib/terraform/run.ts';
import { deployAfterwards, redeploy } from '../actions/lib/terraform/redeploy.ts';
import { initEnvironment, withPlan } from '../actions/lib/terraform/workspace.ts';
import { packageLambdas } from '../actions/lib/packaging/package.ts';
import { writeManifest } from '../actions/lib/packaging/manifest.ts';
import { command } from './command.ts';
import { initOffline, offlineEnv } from './offline-terraform.ts';
import { keepingErrors } from './problems.ts';
import { testedFolders, testFolders } from './terraform-tests.ts';
import { ROOT, toolEnv } from './tools.ts';

const OPERATIONS = [
  'plan',
  'apply',
  'destroy',
  'validate',
  'fmt',
  'output',
  'init',
  'test',
  'clean',
  'force-unlock',
] as const;
const folder = join(ROOT, 'terraform');
const args = (process.env['ARGS'] ?? '').split(/\s+/).filter((word) => word !== '');

/** Colours are for a terminal. */
const plain = process.stdout.isTTY ? [] : ['-no-color'];

Object.assign(process.env, toolEnv());

await command(async () => {
  const operation = choice('operation', process.argv[2] ?? '', OPERATIONS);
  switch (operation) {
    case 'fmt':
      return show(['fmt', '-recursive', ...args]);
    case 'clean':
      return rm(join(folder, '.terraform'), { recursive: true, force: true });
    case 'validate':
      await initOffline(folder);
      return show(['validate', ...plain, ...args], folder, offlineEnv(folder));
    case 'test':
      // The folders that are named, or all.
      return testFolders(process.argv.length > 3 ? process.argv.slice(3) : testedFolders(ROOT), [...plain, ...args]);
    case 'init':
      return init();
    case 'output':
      await init();
      return show(['output', ...args]);
    case 'force-unlock':
      if (args.length !== 1)
        throw new UserError(
          'Which lock?',
          'Give its id, as the error says it: make terraform/force-unlock ENV=test ARGS=<id>',
        );
      await init();
      return show(['force-unlock', '-force', ...args]);
    case 'plan':
    case 'apply':
    case 'destroy':
      await init();
      return plan(operation);
  }
});

function environment(): string {
  return choice('ENV', process.env['ENV'] ?? '', ENVIRONMENTS);
}

function terraform(log: Log = terminalLog()): Terraform {
  return new Terraform(folder, runCommand, log);
}

async function init(): Promise<void> {
  await initEnvironment(
    { folder, environment: environment(), region: process.env['AWS_REGION'] ?? '' },
    { terraform: terraform(), parameters: ssmParameters() },
  );
}

/** Shows the plan as the actions do, and so without secrets that no provider has marked. */
async function plan(operation: 'plan' | 'apply' | 'destroy'): Promise<number> {
  const started = Date.now();
  const commits = await commitsHere();
  await writeManifest(folder, await packageLambdas(join(ROOT, 'lambdas'), ROOT));
  const approved = args.includes('-auto-approve');
  const extraArgs = [
    ...args.filter((arg) => arg !== '-auto-approve'),
    ...(operation === 'destroy' ? ['-destroy'] : []),
  ];
  const { log, errors } = keepingErrors();
  return withPlan(
    terraform(log),
    { environment: environment(), lock: operation !== 'plan', extraArgs },
    async (result, file) => {
      if (result.kind === 'failed') {
        const lock = lockOf(errorsOf(result.diagnostics));
        if (lock !== undefined) throw lockedError(lock, environment());
        const [first = 'it does not say why.', ...others] = errors;
        for (const error of others) process.stderr.write(`Error: ${error}\n`);
        throw new UserError(`Terraform cannot plan with ${varFileOf(environment())}.`, first);
      }
      const summary = summarisePlan(result.plan, environment());
      const markdown = renderPlan(summary, contextOf(commits, started), WHOLE);
      process.stdout.write(`${showMarkdown(markdown, process.stdout.isTTY)}\n`);
      if (operation === 'plan' || isEmptyPlan(summary)) return 0;
      if (!approved && !(await confirm(operation)))
        throw new UserError('Nothing was changed.', 'Answer "yes" to go on.');
      const { ok } = await terraform().apply({ planFile: file, varFile: varFileOf(environment()) });
      if (!ok)
        throw new UserError(
          `Not all of the ${operation} was done.`,
          `Mend the cause and run it again: it goes on.${deployAfterwards(environment(), result.plan)}`,
        );
      await redeploy(terraform(), { environment: environment(), applied: result.plan, extraArgs, log: terminalLog() });
      return 0;
    },
  );
}

/** The plan names the commit that it is made of. */
async function commitsHere(): Promise<CheckedOutCommits> {
  try {
    return await checkedOutCommits(runCommand, ROOT, false);
  } catch (cause) {
    throw new UserError('This folder has no commit.', 'Make it a repository ("git init") and commit first.', { cause });
  }
}

function contextOf(commits: CheckedOutCommits, started: number): PlanContext {
  return { ...commits, actor: userInfo().username, seconds: (Date.now() - started) / 1000 };
}

async function confirm(operation: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`\n${operation} this in "${environment()}"? Only "yes" is yes: `)) === 'yes';
  } finally {
    terminal.close();
  }
}

/** Terraform with this terminal as its own. */
async function show(
  words: readonly string[],
  cwd: string = folder,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const child = spawn('terraform', words, { cwd, env, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}
