import { createServer } from 'node:http';
import { createApp } from './app.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { readDocsAssets } from './docs/assets.ts';
import { createShutdown, type Shutdown } from './lifecycle/shutdown.ts';
import { createLogger, type Logger } from './logger.ts';
import { openMappings } from './replace/mappings.ts';

function start(config: Config, logger: Logger): void {
  const mappings = openMappings(config, logger);
  const keepAliveTimeout = config.keepAliveTimeoutSeconds * 1000;
  const server = createServer({
    keepAliveTimeout,
    // Above the one before, or connections end early that wait for a next request (nodejs/node#27363); and then time for 1 MiB
    // over a slow line.
    headersTimeout: keepAliveTimeout + 5_000,
    requestTimeout: keepAliveTimeout + 30_000,
  });
  const shutdown = createShutdown({
    server,
    logger,
    delaySeconds: config.shutdownDelaySeconds,
    timeoutSeconds: config.shutdownTimeoutSeconds,
  });
  server.on('request', createApp({ config, mappings, health: shutdown, docs: readDocsAssets(), logger }));
  server.once('error', (error) => {
    logger.error('Cannot listen: set HOST and PORT to an address that is free', { error });
    process.exitCode = 1;
  });
  server.listen(config.port, config.host, () => {
    logger.info('Listening', { address: server.address(), node: process.version });
    // Now rather than with the first request. The cache itself logs why it fails, and tries again.
    mappings.get().catch(() => undefined);
  });
  endOnSignals(shutdown);
}

/** The first signal drains, the second ends at once. Exit code 0: every request was answered. */
function endOnSignals(shutdown: Shutdown): void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (shutdown.draining) {
      shutdown.force(`A second signal (${signal})`);
      return;
    }
    void endProcess(shutdown, signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

async function endProcess(shutdown: Shutdown, reason: string): Promise<void> {
  const clean = await shutdown.begin(reason);
  // Other handles, such as the SDK's connections, would keep the process for some seconds.
  process.exit(clean ? 0 : 1);
}

function main(): void {
  const early = createLogger({ level: 'info' });
  try {
    const config = readConfig(process.env);
    const logger = createLogger({ level: config.logLevel, version: config.version });
    process.on('uncaughtException', (error) => {
      logger.error('Crashed', { error });
      process.exit(1);
    });
    start(config, logger);
  } catch (error) {
    if (error instanceof ConfigError) early.error(error.message);
    else early.error('Cannot start', { error });
    process.exitCode = 1;
  }
}

main();
