import { describe, expect, test } from '@jest/globals';
import { recordingLog } from '../../actions/lib/test/fakes/log.ts';
import { keepingErrors } from '../problems.ts';

describe('keepingErrors', () => {
  test('makes one line of each error, with its place, and passes on all else', () => {
    const recorder = recordingLog();
    const { log, errors } = keepingErrors(recorder);
    log.info('Refreshing');
    log.warning('Old');
    log.error(
      'Invalid value for variable\nenvironment must be test.\n\nThis was checked by the validation rule at variables.tf:15,3-13.',
      { file: 'terraform/environments/test.tfvars', line: 2 },
    );
    log.error('Error: no place');
    expect(errors).toEqual([
      'terraform/environments/test.tfvars:2: Invalid value for variable: environment must be test.',
      'Error: no place',
    ]);
    expect(recorder.lines).toEqual([
      { level: 'info', text: 'Refreshing' },
      { level: 'warning', text: 'Old' },
    ]);
  });

  test('keeps the first of those that say the same of the same file', () => {
    const { log, errors } = keepingErrors(recordingLog());
    for (const line of [1, 2, 9]) log.error('Invalid string\nIt may not be split.', { file: 'a.tfvars', line });
    log.error('Invalid string\nIt may not be split.', { file: 'b.tfvars', line: 1 });
    expect(errors).toEqual([
      'a.tfvars:1: Invalid string: It may not be split.',
      'b.tfvars:1: Invalid string: It may not be split.',
    ]);
  });
});
