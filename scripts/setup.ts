/**
 * Installs what the machine does not have, below `.tools/`, and says what it found. Run by `make setup` with nothing installed
 * but the npm packages; running it again takes a second.
 */
import { command } from './command.ts';
import { setUpAct } from './setup/act.ts';
import { checkMachine } from './setup/machine.ts';
import { setUpPython } from './setup/python.ts';
import { say } from './setup/report.ts';
import { setUpTerraform, writeTerraformConfig } from './setup/terraform.ts';
import { VENV } from './tools.ts';

await command(async () => {
  say('Node', process.version);
  checkMachine();
  setUpPython(VENV, 'requirements.txt');
  setUpAct();
  await setUpTerraform();
  writeTerraformConfig();
});
