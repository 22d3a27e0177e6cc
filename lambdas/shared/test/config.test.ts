import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../config.ts';

test('the configuration is the name of the parameter and the version', () => {
  expect(
    readConfig({ STRINGS_MAPPING_PARAMETER_NAME: '/strings/test/mapping', AWS_LAMBDA_FUNCTION_VERSION: '$LATEST' }),
  ).toEqual({ mappingParameterName: '/strings/test/mapping', version: '$LATEST' });
});

test('outside Lambda there is no version', () => {
  expect(readConfig({ STRINGS_MAPPING_PARAMETER_NAME: 'mapping' }).version).toBeUndefined();
});

test.each([
  ['unset', {}],
  ['empty', { STRINGS_MAPPING_PARAMETER_NAME: '' }],
  ['not a name', { STRINGS_MAPPING_PARAMETER_NAME: '{"ABN": "ABN AMRO"}' }],
])('a parameter name that is %s is refused with what to set', (_, env) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(/^STRINGS_MAPPING_PARAMETER_NAME .*: set it to the name of the SSM parameter/);
});
