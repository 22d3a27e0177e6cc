import { describe, expect, test } from '@jest/globals';
import { withoutCommands } from '../../github/actions-log.ts';

/** Whether the runner would take a line for a command, in the words of its source (ActionCommand.cs). */
function isCommand(line: string): boolean {
  return line.replace(/^[\s\u0085]+/, '').startsWith('::') || line.includes('##[');
}

describe('text from outside is shown and not obeyed', () => {
  test.each([
    '::error::forged',
    '::add-mask::x',
    '  ::set-output name=a::b',
    '\t\u0085\u00A0::stop-commands::x',
    'first\n::error::second',
    'first\r\n::error::second',
    'first\r::error::second',
    '##[error]forged',
    'in the middle ##[add-mask]x',
    '\n\n::warning::x',
  ])('%j', (text) => {
    const lines = withoutCommands(text).split(/\r\n|\r|\n/);
    expect(lines.filter(isCommand)).toEqual([]);
    expect(withoutCommands(text).replaceAll('\u200B', '')).toBe(text);
  });

  test.each(['a :: b', 'std::string', '# heading', '## heading', 'arn:aws::x', ''])('and %j stays as it is', (text) => {
    expect(withoutCommands(text)).toBe(text);
  });
});
