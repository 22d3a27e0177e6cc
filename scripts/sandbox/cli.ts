/** `make sandbox/<command>`. */
import { command } from '../command.ts';
import { UserError } from '../../actions/lib/errors.ts';
import { choice } from '../../actions/lib/inputs.ts';
import { down, reset, up } from './client.ts';
import { loadBalancers } from '../demo/service.ts';
import { describe, describeLoadBalancers } from './describe.ts';
import { runningSandbox, sandboxDir } from './state.ts';

const dir = sandboxDir();

await command(async () => {
  switch (choice('command', process.argv[2] ?? '', ['up', 'down', 'reset', 'status'])) {
    case 'up':
      say(describe(await up(dir, 'until-stopped'), dir));
      break;
    case 'down':
      say((await down(dir)) ? 'Stopped. Its state is kept; "make sandbox/reset" forgets it.' : 'No sandbox is up.');
      break;
    case 'reset':
      await reset(dir);
      say('Stopped, and its state is gone.');
      break;
    case 'status': {
      const running = runningSandbox(dir);
      if (running === undefined) throw new UserError('No sandbox is up.', 'Start it with "make sandbox/up".');
      say(describe(running, dir));
      const balancers = describeLoadBalancers(await loadBalancers(running));
      if (balancers !== '') say(`\n${balancers}`);
      break;
    }
  }
});

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
