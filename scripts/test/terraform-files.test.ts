import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../tools.ts';

const files = globSync('terraform/**/*.tf', { cwd: ROOT, exclude: ['**/.terraform'] }).toSorted();
const lines = files.flatMap((file) =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ place: `${file}:${index + 1}`, text: text.trim() })),
);

test('there are files that this is about', () => {
  expect(files.length).toBeGreaterThan(20);
});

test('what a linter would find and we leave is said with its reason', () => {
  const skips = lines.filter(({ text }) => /checkov:skip|tflint-ignore/.test(text));
  // checkov reads the reason after the second colon; tflint reads none, so there it stands behind the rule.
  const withReason = /^#\s?checkov:skip=CKV2?_[A-Z]+_\d+:\s?\S.{14,}$|^# tflint-ignore: [a-z_]+ \/\/ \S.{14,}$/;
  expect(skips.filter(({ text }) => !withReason.test(text))).toEqual([]);
});
