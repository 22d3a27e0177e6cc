import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.ts';

const needed = {
  API_KEY: 'the-current-key-of-the-tests',
  STRINGS_MAPPING_PARAMETER_NAME: '/strings/mapping',
  AWS_REGION: 'eu-west-1',
};

function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('It was accepted.');
}

test('three variables are needed, the rest has defaults', () => {
  expect(readConfig({ ...needed, SOMETHING_ELSE: 'x' })).toEqual({
    host: '0.0.0.0',
    port: 8080,
    apiKeys: { current: needed.API_KEY },
    mappingParameterName: '/strings/mapping',
    region: 'eu-west-1',
    logLevel: 'info',
    rateLimitPerMinute: 6000,
    keepAliveTimeoutSeconds: 75,
    shutdownDelaySeconds: 5,
    shutdownTimeoutSeconds: 25,
    version: 'unknown',
  });
});

test('all of it can be set', () => {
  expect(
    readConfig({
      ...needed,
      HOST: '127.0.0.2',
      PORT: '0',
      API_KEY_PREVIOUS: 'the-previous-key-of-the-tests',
      LOG_LEVEL: 'debug',
      RATE_LIMIT_PER_MINUTE: '10',
      KEEP_ALIVE_TIMEOUT_SECONDS: '65',
      SHUTDOWN_DELAY_SECONDS: '0.5',
      SHUTDOWN_TIMEOUT_SECONDS: '50',
      VERSION: '0123456789abcdef0123456789abcdef01234567',
    }),
  ).toEqual({
    host: '127.0.0.2',
    port: 0,
    apiKeys: { current: needed.API_KEY, previous: 'the-previous-key-of-the-tests' },
    mappingParameterName: '/strings/mapping',
    region: 'eu-west-1',
    logLevel: 'debug',
    rateLimitPerMinute: 10,
    keepAliveTimeoutSeconds: 65,
    shutdownDelaySeconds: 0.5,
    shutdownTimeoutSeconds: 50,
    version: '0123456789abcdef0123456789abcdef01234567',
  });
});

test('what is set to nothing is not set', () => {
  expect(readConfig({ ...needed, API_KEY_PREVIOUS: '', PORT: '', VERSION: '' })).toMatchObject({
    apiKeys: { current: needed.API_KEY },
    port: 8080,
    version: 'unknown',
  });
  expect(problemsOf({ ...needed, API_KEY: '' })).toContain('API_KEY is missing');
});

test('all problems are named at once, each with what to do, and no value is shown', () => {
  const message = problemsOf({
    API_KEY: 'SECRET-short',
    API_KEY_PREVIOUS: 'SECRET with spaces in it, and long',
    STRINGS_MAPPING_PARAMETER_NAME: 'SECRET name',
    PORT: '80800',
    HOST: 'not a host',
    LOG_LEVEL: 'SECRET',
    RATE_LIMIT_PER_MINUTE: '0',
    KEEP_ALIVE_TIMEOUT_SECONDS: 'soon',
    SHUTDOWN_DELAY_SECONDS: '-1',
    SHUTDOWN_TIMEOUT_SECONDS: '1e9',
    VERSION: 'a\nb',
  });
  for (const name of [
    'API_KEY',
    'API_KEY_PREVIOUS',
    'STRINGS_MAPPING_PARAMETER_NAME',
    'PORT',
    'HOST',
    'LOG_LEVEL',
    'RATE_LIMIT_PER_MINUTE',
    'KEEP_ALIVE_TIMEOUT_SECONDS',
    'SHUTDOWN_DELAY_SECONDS',
    'SHUTDOWN_TIMEOUT_SECONDS',
    'VERSION',
  ]) {
    expect(message).toMatch(new RegExp(`(^| )${name} is not usable: set it to [^.]+.`));
  }
  expect(message).toContain('AWS_REGION is missing: set it to the region');
  expect(message).not.toContain('SECRET');
});

describe('refused is', () => {
  test.each<[string, NodeJS.ProcessEnv]>([
    ['a key of 19 characters', { API_KEY: 'a'.repeat(19) }],
    ['a key with a line end', { API_KEY: `${'a'.repeat(30)}\n` }],
    ['a key that no header can carry', { API_KEY: 'ключ'.repeat(10) }],
    ['a time for the end that is over before it begins', { SHUTDOWN_DELAY_SECONDS: '25' }],
    ['a port that is no number', { PORT: 'http' }],
    ['a region that is a zone', { AWS_REGION: 'eu-west-1a' }],
  ])('%s', (_, env) => {
    expect(problemsOf({ ...needed, ...env })).toMatch(/is not usable: set it/);
  });
});
