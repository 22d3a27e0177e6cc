import { expect, test } from '@jest/globals';
import { githubCommands, parseGitHubSettings } from '../github-variables.ts';

test('what to set at GitHub is said as commands, in the order in which they work', () => {
  const settings = parseGitHubSettings(
    JSON.stringify({
      repository: 'acme/rest-api',
      variables: { AWS_REGION: 'eu-west-1' },
      environments: { test: { APPLY_ROLE_ARN: 'arn:aws:iam::123456789012:role/apply' } },
    }),
  );
  const environment = 'repos/acme/rest-api/environments/test';
  expect(githubCommands(settings)).toEqual([
    'gh variable set AWS_REGION --repo acme/rest-api --body eu-west-1',
    `gh api --silent ${environment} 2> /dev/null || gh api --silent --method PUT ${environment}`,
    'gh variable set APPLY_ROLE_ARN --repo acme/rest-api --env test --body arn:aws:iam::123456789012:role/apply',
  ]);
});

test('an output that is something else is refused', () => {
  expect(() => parseGitHubSettings('{"repository": "acme/rest-api"}')).toThrow(
    'The output "github" is not what is expected',
  );
});
