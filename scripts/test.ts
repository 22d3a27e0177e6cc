/**
 * `make test` and `make check`: every check, each with its time; all are run also when one fails. What leaves processors idle runs side by
 * side with something else. The last line counts the tests that were really run, jest's and Terraform's.
 *   node scripts/test.ts check [--base <commit>]   what needs no sandbox; with a base, only what the change since then can break
 *   node scripts/test.ts all                       everything
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { choice } from '../actions/lib/inputs.ts';
import { changedSince, READS, runsTerraform, type Reads } from './changes.ts';
import { command } from './command.ts';
import { touchedFolders } from './terraform-tests.ts';
import { ROOT, toolEnv } from './tools.ts';

interface Count {
  passed: number;
  failed: number;
}

interface RunOptions {
  /** The files that differ, as paths from the root; all if left out. */
  readonly changed: readonly string[] | undefined;
  /** Takes what it says; left out, it has the terminal for itself. */
  readonly say: ((text: string) => void) | undefined;
}

/** What runs in turn. */
type Lane = readonly Check[];

interface Check {
  readonly name: string;
  readonly reads: Reads;
  readonly run: (options: RunOptions) => Promise<boolean>;
}

const total: Count = { passed: 0, failed: 0 };
const running = new Set<ChildProcess>();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    for (const child of running) child.kill('SIGTERM');
  });
}

await command(async () => {
  const mode = choice('mode', process.argv[2] ?? '', ['check', 'all']);
  const { values } = parseArgs({ args: process.argv.slice(3), options: { base: { type: 'string' } } });
  const changed = values.base === undefined ? undefined : await changedSince(values.base);
  const phases = checks(mode);
  const all = phases.flat(2);
  const chosen = changed === undefined ? all : all.filter(({ reads }) => changed.some((file) => reads(file)));
  const left = all.filter((check) => !chosen.includes(check)).map(({ name }) => name);
  if (left.length > 0)
    process.stdout.write(`Left out, since nothing has changed that they read: ${left.join(', ')}.\n`);
  const results: { name: string; ok: boolean; seconds: number }[] = [];
  const inTurn = async (lane: Lane, alone: boolean): Promise<void> => {
    for (const { name, run } of lane.filter((check) => chosen.includes(check))) {
      if (interrupted) return;
      const started = Date.now();
      const title = `\n── ${name} ──\n`;
      const said: string[] = [];
      if (alone) process.stdout.write(title);
      const ok = await run({ changed, say: alone ? undefined : (text) => said.push(text) });
      if (!alone) process.stdout.write(`${title}${said.join('')}`);
      results.push({ name, ok, seconds: (Date.now() - started) / 1000 });
    }
  };
  for (const lanes of phases) await Promise.all(lanes.map((lane) => inTurn(lane, lanes.length === 1)));
  const rows = results.map(({ name, ok, seconds }) => `  ${ok ? '✓' : '✗'} ${name.padEnd(28)} ${seconds.toFixed(1)} s`);
  process.stdout.write(`\n${rows.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
  // Without the checks that count tests there is nothing to count.
  const counted = total.passed > 0 || left.includes('unit tests');
  return !interrupted && counted && results.every(({ ok }) => ok) ? 0 : 1;
});

/** Phases in turn, the lanes of one at once: more than two would only take the processors from each other. */
function checks(mode: 'check' | 'all'): readonly (readonly Lane[])[] {
  const code: Lane = [
    { name: 'types', reads: READS.code, run: runs('npm', ['run', '--silent', 'types']) },
    { name: 'lint', reads: READS.code, run: runs('npm', ['run', '--silent', 'lint']) },
    { name: 'format', reads: READS.everything, run: runs('npm', ['run', '--silent', 'format']) },
    {
      name: 'Terraform format',
      reads: READS.terraform,
      run: runs('terraform', ['fmt', '-check', '-recursive', 'terraform']),
    },
  ];
  // In one lane: the first two connect the same folders.
  const terraform: Lane = [
    { name: 'generated files', reads: READS.everything, run: runs('node', ['scripts/generate/index.ts', '--check']) },
    { name: 'Terraform validate', reads: READS.terraform, run: runs('node', ['scripts/terraform.ts', 'validate']) },
    { name: 'Terraform lint', reads: READS.lintedTerraform, run: runs('node', ['scripts/lint-terraform.ts']) },
  ];
  const fast = [
    [code, terraform],
    [[{ name: 'Terraform unit tests', reads: READS.terraform, run: terraformTests }]],
    [[{ name: 'unit tests', reads: READS.code, run: jest('unit', availableParallelism()) }]],
  ];
  if (mode === 'check') return fast;
  return [
    ...fast,
    [[{ name: 'sandbox tests', reads: READS.code, run: jest('sandbox', availableParallelism()) }]],
    // They wait for Terraform, which waits for AWS, more than they compute.
    [[{ name: 'end-to-end tests', reads: READS.code, run: jest('e2e', availableParallelism() + 1) }]],
  ];
}

function runs(program: string, args: readonly string[]): Check['run'] {
  return ({ say }) => succeeds(program, args, say);
}

function jest(project: string, workers: number): Check['run'] {
  return async ({ say }) => {
    const folder = await mkdtemp(join(tmpdir(), 'jest-'));
    try {
      const file = join(folder, 'results.json');
      const args = ['--selectProjects', project, '--json', '--outputFile', file, `--maxWorkers=${workers}`];
      const ok = await succeeds('npm', ['test', '--silent', '--', ...args], say);
      if (!existsSync(file)) return false;
      const results: { numPassedTests: number; numFailedTests: number; numRuntimeErrorTestSuites: number } = JSON.parse(
        await readFile(file, 'utf8'),
      );
      total.passed += results.numPassedTests;
      // A file that cannot even be loaded has no tests to count, and must count.
      total.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
      return ok && results.numPassedTests > 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** Terraform says `Success! 12 passed, 0 failed.` (or `Failure! …`) for each folder. */
async function terraformTests({ changed }: RunOptions): Promise<boolean> {
  const chosen = changed === undefined || changed.some(runsTerraform) ? [] : touchedFolders(ROOT, changed);
  let folders = 0;
  const ok = await succeeds('node', ['scripts/terraform.ts', 'test', ...chosen], undefined, (line) => {
    const [, passed, failed] = /^(?:Success|Failure)! (\d+) passed, (\d+) failed/.exec(line) ?? [];
    if (passed === undefined || failed === undefined) return;
    folders += 1;
    total.passed += Number(passed);
    total.failed += Number(failed);
  });
  return ok && folders > 0;
}

/**
 * @param say takes what it says; left out, it goes to the terminal
 * @param onLine is told each line of standard output
 */
async function succeeds(
  program: string,
  args: readonly string[],
  say: RunOptions['say'],
  onLine?: (line: string) => void,
): Promise<boolean> {
  const own = say === undefined;
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...toolEnv() },
    stdio: ['ignore', own && onLine === undefined ? 'inherit' : 'pipe', own ? 'inherit' : 'pipe'],
  });
  running.add(child);
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    if (say === undefined) process.stdout.write(text);
    else say(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => say?.(text));
  const [code] = await once(child, 'close');
  running.delete(child);
  return code === 0;
}
