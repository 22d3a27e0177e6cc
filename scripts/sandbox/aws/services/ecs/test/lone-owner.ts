// Starts two containers as the sandbox would, says their process ids, and waits to be killed.
import { startContainer } from '../container-process.ts';
import { Guard } from '../../../../guard.ts';

const guard = new Guard();
const waits = 'console.log("up"); setInterval(() => undefined, 1_000);';
const pids = await Promise.all(
  [waits, `process.on('SIGTERM', () => undefined); ${waits}`].map(
    (code) =>
      new Promise<number>((resolve, reject) => {
        const command = { program: 'node', args: ['-e', code], cwd: '/', env: {} };
        const started = startContainer(command, guard, () => void started.then(({ pid }) => resolve(pid), reject));
        started.catch(reject);
      }),
  ),
);
process.stdout.write(`${pids.join(' ')}\n`);
