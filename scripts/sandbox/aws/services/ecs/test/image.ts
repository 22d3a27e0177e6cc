import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { UnpackImage } from '../images.ts';

/**
 * A server of a few lines as an image. It answers `/` with its settings, `/crash` by ending with status 7, and
 * `/stubborn` by not heeding SIGTERM from then on. With `EXIT_AT_ONCE` it ends with that status.
 */
const server = `
import { createServer } from 'node:http';
const { env } = process;
if (env.EXIT_AT_ONCE) {
  console.log('I end.');
  process.exit(Number(env.EXIT_AT_ONCE));
}
let stubborn = false;
process.on('SIGTERM', () => {
  console.log('SIGTERM');
  if (!stubborn) process.exit(0);
});
createServer((request, response) => {
  console.log(request.url);
  if (request.url === '/crash') process.exit(7);
  if (request.url === '/stubborn') stubborn = true;
  response.statusCode = (request.url === '/health' ? env.ILL : env.BROKEN) ? 500 : 200;
  response.end(JSON.stringify({ pid: process.pid, env }));
}).listen(Number(env.PORT), env.HOST, () => console.log('listening'));
`;

/** The image `registry/server:1`; there is no other. */
export function fakeImages(): UnpackImage {
  return async (reference, folder) => {
    if (!reference.startsWith('registry/server:')) throw new Error(`${reference}: not found`);
    const root = path.join(folder, 'sha256-server');
    await mkdir(path.join(root, 'app'), { recursive: true });
    await writeFile(path.join(root, 'app/server.mjs'), server);
    const config = {
      Entrypoint: ['node', 'server.mjs'],
      Env: ['PATH=/usr/local/bin', 'PORT=8080', 'OF_IMAGE=yes', 'BOTH=image'],
      WorkingDir: '/app',
    };
    return { digest: 'sha256:5e', root, config };
  };
}
