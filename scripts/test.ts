/**
 * `make test` and `make check`: every check in turn, each with its time; all are run also when one fails. The last line counts the
 * tests that were really run, jest's and Terraform's.
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

interface Check {
  readonly name: string;
  readonly reads: Reads;
  /** @param changed the files that differ, as paths from the root; all if left out. */
  readonly run: (changed?: readonly string[]) => Promise<boolean>;
}

const total: Count = { passed: 0, failed: 0 };
let current: ChildProcess | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    current?.kill('SIGTERM');
  });
}

await command(async () => {
  const mode = choice('mode', process.argv[2] ?? '', ['check', 'all']);
  const { values } = parseArgs({ args: process.argv.slice(3), options: { base: { type: 'string' } } });
  const changed = values.base === undefined ? undefined : await changedSince(values.base);
  const all = checks(mode);
  const chosen = changed === undefined ? all : all.filter(({ reads }) => changed.some((file) => reads(file)));
  const left = all.filter((check) => !chosen.includes(check)).map(({ name }) => name);
  if (left.length > 0)
    process.stdout.write(`Left out, since nothing has changed that they read: ${left.join(', ')}.\n`);
  const results: { name: string; ok: boolean; seconds: number }[] = [];
  for (const { name, run } of chosen) {
    process.stdout.write(`\n── ${name} ──\n`);
    const started = Date.now();
    const ok = await run(changed);
    results.push({ name, ok, seconds: (Date.now() - started) / 1000 });
    if (interrupted) break;
  }
  const rows = results.map(({ name, ok, seconds }) => `  ${ok ? '✓' : '✗'} ${name.padEnd(28)} ${seconds.toFixed(1)} s`);
  process.stdout.write(`\n${rows.join('\n')}\n\n${total.passed} passed, ${total.failed} failed\n`);
  // Without the checks that count tests there is nothing to count.
  const counted = total.passed > 0 || left.includes('unit tests');
  return !interrupted && counted && results.every(({ ok }) => ok) ? 0 : 1;
});

function checks(mode: 'check' | 'all'): readonly Check[] {
  const fast: readonly Check[] = [
    { name: 'types', reads: READS.code, run: () => succeeds('npm', ['run', '--silent', 'types']) },
    { name: 'lint', reads: READS.code, run: () => succeeds('npm', ['run', '--silent', 'lint']) },
    { name: 'format', reads: READS.everything, run: () => succeeds('npm', ['run', '--silent', 'format']) },
    {
      name: 'generated files',
      reads: READS.everything,
      run: () => succeeds('node', ['scripts/generate/index.ts', '--check']),
    },
    {
      name: 'Terraform format',
      reads: READS.terraform,
      run: () => succeeds('terraform', ['fmt', '-check', '-recursive', 'terraform']),
    },
    {
      name: 'Terraform validate',
      reads: READS.terraform,
      run: () => succeeds('node', ['scripts/terraform.ts', 'validate']),
    },
    {
      name: 'Terraform lint',
      reads: READS.lintedTerraform,
      run: () => succeeds('node', ['scripts/lint-terraform.ts']),
    },
    { name: 'Terraform unit tests', reads: READS.terraform, run: terraformTests },
    { name: 'unit tests', reads: READS.code, run: () => jest('unit') },
  ];
  if (mode === 'check') return fast;
  return [
    ...fast,
    { name: 'sandbox tests', reads: READS.code, run: () => jest('sandbox') },
    { name: 'end-to-end tests', reads: READS.code, run: () => jest('e2e') },
  ];
}

async function jest(project: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'jest-'));
  try {
    const file = join(folder, 'results.json');
    const ok = await succeeds('npm', [
      'test',
      '--silent',
      '--',
      '--selectProjects',
      project,
      '--json',
      '--outputFile',
      file,
      // They wait for Terraform, which waits for AWS, more than they compute.
      ...(project === 'e2e' ? [`--maxWorkers=${Math.max(2, availableParallelism())}`] : []),
    ]);
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
}

/** Terraform says `Success! 12 passed, 0 failed.` (or `Failure! …`) for each folder. */
async function terraformTests(changed?: readonly string[]): Promise<boolean> {
  const chosen = changed === undefined || changed.some(runsTerraform) ? [] : touchedFolders(ROOT, changed);
  let folders = 0;
  const ok = await succeeds('node', ['scripts/terraform.ts', 'test', ...chosen], (line) => {
    const [, passed, failed] = /^(?:Success|Failure)! (\d+) passed, (\d+) failed/.exec(line) ?? [];
    if (passed === undefined || failed === undefined) return;
    folders += 1;
    total.passed += Number(passed);
    total.failed += Number(failed);
  });
  return ok && folders > 0;
}

async function succeeds(program: string, args: readonly string[], onLine?: (line: string) => void): Promise<boolean> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...toolEnv() },
    stdio: ['ignore', onLine === undefined ? 'inherit' : 'pipe', 'inherit'],
  });
  current = child;
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  const [code] = await once(child, 'close');
  return code === 0;
}
