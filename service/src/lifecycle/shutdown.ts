import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';

export type ShutdownOptions = {
  readonly server: Server;
  readonly logger: Logger;
  /** For how long it keeps serving, with its health check failing, before it takes no more connections. */
  readonly delaySeconds: number;
  /** From the beginning; what is not answered by then is cut off. */
  readonly timeoutSeconds: number;
};

export type Shutdown = {
  /** From the first moment of `begin` on. The health check looks at it. */
  readonly draining: boolean;
  /** Resolves once all connections are closed: to whether every request was answered. Who asks again gets the same. */
  begin(reason: string): Promise<boolean>;
  /** Cuts everything off now. */
  force(reason: string): void;
};

// How often connections are looked for that have become idle.
const SWEEP_MS = 50;

/**
 * Ends a server without losing a request. The load balancer is given time to notice and to send its requests elsewhere; requests that
 * come all the same are answered, and every answer from then on says that its connection ends, because a connection that is closed
 * while it is idle may be just about to carry a request.
 *
 * To be called before anything else listens for the server's requests.
 */
export function createShutdown({ server, logger, delaySeconds, timeoutSeconds }: ShutdownOptions): Shutdown {
  const sockets = new Set<Socket>();
  const unanswered = new Set<ServerResponse>();
  const forced = new AbortController();
  let ending: Promise<boolean> | undefined;

  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (_: IncomingMessage, response: ServerResponse) => {
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    if (ending !== undefined) closeAfter(response);
  });

  function closeIdle(): void {
    server.closeIdleConnections();
    // Node counts a connection on which nothing was ever sent as busy, and would wait for it.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  async function end(reason: string): Promise<boolean> {
    logger.info('Draining', { reason, delaySeconds, timeoutSeconds, unanswered: unanswered.size });
    unanswered.forEach(closeAfter);
    const timer = setTimeout(() => forced.abort('The time is up'), timeoutSeconds * 1000);
    await delay(delaySeconds * 1000, undefined, { signal: forced.signal }).catch(() => undefined);
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    closeIdle();
    const sweep = setInterval(closeIdle, SWEEP_MS);
    let lost = 0;
    const cut = (): void => {
      lost = unanswered.size;
      if (lost > 0) logger.error('Cut off', { reason: String(forced.signal.reason), unanswered: lost });
      server.closeAllConnections();
    };
    if (forced.signal.aborted) cut();
    forced.signal.addEventListener('abort', cut);
    await closed;
    clearInterval(sweep);
    clearTimeout(timer);
    logger.info('Ended', { lost });
    return lost === 0;
  }

  return {
    get draining() {
      return ending !== undefined;
    },
    begin: (reason) => (ending ??= end(reason)),
    force: (reason) => forced.abort(reason),
  };
}

/** What has begun to be sent ends as it began. */
function closeAfter(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
