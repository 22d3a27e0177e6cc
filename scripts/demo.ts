/**
 * `make demo`: the whole loop in a fresh sandbox, as people would do it. `KEEP=1` leaves the sandbox up at the end.
 */
import { join } from 'node:path';
import { UserError } from '../actions/lib/errors.ts';
import { command } from './command.ts';
import { runLoop, type LoopResult } from './demo/loop.ts';
import { TerminalStage } from './demo/terminal.ts';
import { judge } from './demo/verdict.ts';
import { down, reset, up } from './sandbox/client.ts';
import { describe } from './sandbox/describe.ts';
import { runningSandbox, sandboxDir, type SandboxInfo } from './sandbox/state.ts';

const dir = sandboxDir();
const keep = process.env['KEEP'] === '1';
const stage = new TerminalStage();
const interrupt = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!interrupt.signal.aborted) stage.tell(`${signal}: stopping the sandbox …`, '\n');
    interrupt.abort(new UserError('Interrupted.', 'All that the demo had started has been stopped.'));
  });
}

await command(async () => {
  if (runningSandbox(dir) !== undefined) {
    throw new UserError('A sandbox is up, and the demo needs a fresh one.', 'Stop it first with "make sandbox/down".');
  }
  await reset(dir);
  const started = Date.now();
  let stays = false;
  try {
    const sandbox = await stage.step('Start the sandbox: AWS, GitHub and a runner on this machine', () =>
      up(dir, keep ? 'until-stopped' : 'mine', { account: 'empty' }),
    );
    interrupt.signal.throwIfAborted();
    const result = await runLoop(sandbox, join(dir, 'clone'), stage, interrupt.signal);
    const checks = judge(result);
    stage.summary(checks, (Date.now() - started) / 1000);
    if (checks.some(({ ok }) => !ok)) return 1;
    stays = keep;
    if (keep) stage.tell(howToUse(sandbox, result), '\n');
    return 0;
  } catch (error) {
    // What fails because the sandbox is being stopped under it is not the news.
    throw interrupt.signal.aborted ? interrupt.signal.reason : error;
  } finally {
    if (!stays) await down(dir);
  }
});

function howToUse(sandbox: SandboxInfo, { api }: LoopResult): string {
  return [
    describe(sandbox, dir),
    '',
    'Call the API, with AWS set as above:',
    `  export API_ENDPOINT=${api.endpoint}`,
    `  export API_KEY=$(make -s terraform/output ARGS="-json api_keys" | node -p 'JSON.parse(fs.readFileSync(0)).test')`,
    `  npm run query -- -x POST -path test/string/replace -body '{"content": "I bank at ABN."}'`,
  ].join('\n');
}
