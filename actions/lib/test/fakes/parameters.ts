import type { ParameterReader } from '../../aws/parameters.ts';
import { UserError } from '../../errors.ts';

export function fakeParameters(table: Readonly<Record<string, string>>): ParameterReader {
  return {
    get: (name) => {
      const value = table[name];
      return value === undefined
        ? Promise.reject(
            new UserError(`There is no SSM parameter "${name}" in this account and region.`, 'Bootstrap it.'),
          )
        : Promise.resolve(value);
    },
  };
}
