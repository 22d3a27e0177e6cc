// Starts an emulator as a process of its own would, says where it is, and waits to be killed.
import path from 'node:path';
import { startEmulator } from '../emulator.ts';

const [, , python = '', nodeBinDir = '', stateDir = ''] = process.argv;
const logFile = path.join(stateDir, 'emulator.log');
const emulator = await startEmulator({ python, nodeBinDir, stateDir, logFile });
process.stdout.write(`${emulator.pid} ${emulator.url}\n`);
await emulator.exited;
