import joi from 'joi';

/** Terraform's output `github`. */
export interface GitHubSettings {
  readonly repository: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const texts = joi.object().pattern(joi.string(), joi.string()).required();
const schema = joi
  .object<GitHubSettings>({
    repository: joi.string().required(),
    variables: texts,
    environments: joi.object().pattern(joi.string(), texts).required(),
  })
  .unknown();

export function parseGitHubSettings(text: string): GitHubSettings {
  const { value, error } = schema.validate(JSON.parse(text));
  if (error !== undefined)
    throw new Error(`The output "github" is not what is expected: ${error.message}`, { cause: error });
  return value;
}

/** What is left to do at GitHub, as commands. They can be run again. Nothing in them is secret. */
export function githubCommands({ repository, variables, environments }: GitHubSettings): string[] {
  const set = (where: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).map(
      ([name, value]) => `gh variable set ${name} --repo ${repository}${where} --body ${value}`,
    );
  const path = (environment: string): string => `repos/${repository}/environments/${environment}`;
  return [
    ...set('', variables),
    ...Object.entries(environments).flatMap(([environment, values]) => [
      // Only where it is missing: an answer without reviewers would take those of one that is there away.
      `gh api --silent ${path(environment)} 2> /dev/null || gh api --silent --method PUT ${path(environment)}`,
      ...set(` --env ${environment}`, values),
    ]),
  ];
}
