/**
 * `make bootstrap`: makes what an account needs before the first apply (terraform/bootstrap), and says what to set at GitHub. Running it
 * again changes nothing that is as it should be. ARGS=-auto-approve does not ask.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../actions/lib/errors.ts';
import { checkedOutCommits } from '../actions/lib/git.ts';
import { renderPlan, WHOLE } from '../actions/lib/markdown/plan.ts';
import { runCommand } from '../actions/lib/process.ts';
import { Terraform } from '../actions/lib/terraform/cli.ts';
import { isEmptyPlan, summarisePlan } from '../actions/lib/terraform/plan-summary.ts';
import { findStateBucket, whoAmI } from './bootstrap/account.ts';
import { githubCommands, parseGitHubSettings } from './bootstrap/github-variables.ts';
import { bootstrap } from './bootstrap/run.ts';
import { ensureSettings, repositoryOfOrigin, varFileOfAccount } from './bootstrap/settings.ts';
import { terraformState } from './bootstrap/state.ts';
import { command } from './command.ts';
import { keepingErrors } from './problems.ts';
import { showMarkdown } from './show-markdown.ts';
import { ROOT, toolEnv } from './tools.ts';

const folder = join(ROOT, 'terraform/bootstrap');
const args = (process.env['ARGS'] ?? '').split(/\s+/).filter((word) => word !== '');

Object.assign(process.env, toolEnv());

await command(async () => {
  const unknown = args.find((word) => word !== '-auto-approve');
  if (unknown !== undefined) throw new UserError(`ARGS has "${unknown}".`, 'Only -auto-approve can be given.');
  const region = process.env['AWS_REGION'] ?? '';
  if (region === '') throw new UserError('AWS_REGION is not set.', 'Set it, for example AWS_REGION=eu-west-1.');
  const { id: account, arn } = await whoAmI();
  say(`Account ${account} in ${region}, as ${arn}`);

  const written = await ensureSettings(folder, account, () => repositoryOfOrigin(runCommand, ROOT, process.env));
  if (written !== undefined) say(`Written: ${relative(ROOT, written)}. Look through it, and commit it.`);

  const planFolder = await mkdtemp(join(tmpdir(), 'bootstrap-'));
  const { log, errors } = keepingErrors();
  const terraform = new Terraform(folder, runCommand, log);
  try {
    const outcome = await bootstrap(
      { region, varFile: varFileOfAccount(account), planFile: join(planFolder, 'bootstrap.tfplan') },
      {
        terraform,
        state: terraformState(folder, `${account}-${region}`, runCommand),
        findStateBucket,
        show: await planShower(account),
        confirm: async () => args.includes('-auto-approve') || confirm(`Make this in account ${account} (${region})?`),
        log,
      },
    );
    say(outcome === 'applied' ? 'All of it is there.' : 'Nothing to do: all of it is there.');
  } catch (error) {
    for (const line of errors.slice(1)) process.stderr.write(`Error: ${line}\n`);
    throw error;
  } finally {
    await rm(planFolder, { recursive: true, force: true });
  }

  const settings = (await terraform.outputs()).find(({ name }) => name === 'github');
  if (settings === undefined) throw new Error('terraform/bootstrap has no output "github".');
  say('\nWhat the workflows need at GitHub (docs/bootstrap.md says more):\n');
  process.stdout.write(`${githubCommands(parseGitHubSettings(settings.text)).join('\n')}\n`);
});

/** Results alone go to standard output. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function planShower(account: string): Promise<Parameters<typeof bootstrap>[1]['show']> {
  const started = Date.now();
  const commits = await checkedOutCommits(runCommand, ROOT, false);
  return (plan) => {
    const summary = summarisePlan(plan, `bootstrap of ${account}`);
    const context = { ...commits, actor: userInfo().username, seconds: (Date.now() - started) / 1000 };
    say(showMarkdown(renderPlan(summary, context, WHOLE), process.stderr.isTTY));
    return !isEmptyPlan(summary);
  };
}

/** An end of input is no. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return (await Promise.race([terminal.question(`\n${question} Only "yes" is yes: `), ended])) === 'yes';
  } finally {
    terminal.close();
  }
}
