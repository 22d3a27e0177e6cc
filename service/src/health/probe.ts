/**
 * What the container's health check runs (`node health.mjs`): ends with 0 if this container's own process takes requests. A file of its own,
 * because the image need not hold `curl`.
 */
const { HOST: host = '', PORT: port = '' } = process.env;
const address = host === '' || host === '0.0.0.0' ? '127.0.0.1' : host;

try {
  const response = await fetch(`http://${address}:${port === '' ? '8080' : port}/status/health`, {
    signal: AbortSignal.timeout(4_000),
  });
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
