import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import joi from 'joi';
import { describeError, UserError } from '../../actions/lib/errors.ts';
import { ENVIRONMENTS } from '../../actions/lib/inputs.ts';
import type { RunCommand } from '../../actions/lib/process.ts';

/** What GitHub says about the repository. Ids are what its tokens are trusted by: they survive a rename. */
export interface Repository {
  /** owner/name, with GitHub's own case. */
  readonly name: string;
  readonly id: string;
  readonly ownerId: string;
  readonly defaultBranch: string;
}

/** The variables of an account, relative to `terraform/bootstrap`: the credentials choose the file, so that no account gets another's. */
export function varFileOfAccount(account: string): string {
  return join('accounts', `${account}.tfvars`);
}

/**
 * Writes the account's variables, unless they are there.
 *
 * @returns the file if it was written.
 */
export async function ensureSettings(
  folder: string,
  account: string,
  findRepository: () => Promise<Repository>,
): Promise<string | undefined> {
  const file = join(folder, varFileOfAccount(account));
  if (existsSync(file)) return undefined;
  let repository: Repository;
  try {
    repository = await findRepository();
  } catch (error) {
    throw new UserError(
      `There is no ${varFileOfAccount(account)} in terraform/bootstrap, and it cannot be written: ${describeError(error)}`,
      'Mend that, or write the file: docs/bootstrap.md shows one.',
      { cause: error },
    );
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, render(account, repository, identifierOf(folder)));
  return file;
}

function render(account: string, { name, id, ownerId, defaultBranch }: Repository, identifier: string): string {
  return `# What is in account ${account}, written by \`make bootstrap\`.
identifier          = ${JSON.stringify(identifier)}
repository          = ${JSON.stringify(name)}
repository_id       = ${JSON.stringify(id)}
repository_owner_id = ${JSON.stringify(ownerId)}
default_branch      = ${JSON.stringify(defaultBranch)}

# What is deployed to this account: all of them, or some where there are several accounts.
environments = ${JSON.stringify(ENVIRONMENTS).replaceAll(',', ', ')}
`;
}

/** The roles are for what begins with the name that the environments give. */
function identifierOf(folder: string): string {
  const files = globSync('*.tfvars', { cwd: join(folder, '../environments') }).toSorted();
  const found = files.flatMap((file) => {
    const text = readFileSync(join(folder, '../environments', file), 'utf8');
    return /^\s*identifier\s*=\s*"([a-z0-9-]+)"/m.exec(text)?.[1] ?? [];
  });
  const [identifier, other] = new Set(found);
  if (identifier !== undefined && other === undefined) return identifier;
  throw new UserError(
    identifier === undefined
      ? 'No file in terraform/environments says the identifier.'
      : `Files in terraform/environments have different identifiers: ${identifier} and ${other}.`,
    'They need one, the same in all.',
  );
}

const answer = joi
  .object<{ id: number; full_name: string; default_branch: string; owner: { id: number } }>({
    id: joi.number().required(),
    full_name: joi.string().required(),
    default_branch: joi.string().required(),
    owner: joi.object({ id: joi.number().required() }).unknown().required(),
  })
  .unknown();

/** Asks GitHub about the repository that `origin` is. A private one needs a token in GH_TOKEN. */
export async function repositoryOfOrigin(
  run: RunCommand,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Repository> {
  const lines: string[] = [];
  await run('git', ['remote', 'get-url', 'origin'], { cwd: folder, onStdout: (line) => lines.push(line) });
  const name = /[/:]([A-Za-z0-9-]+\/[A-Za-z0-9._-]+?)(?:\.git)?\/?$/.exec(lines[0] ?? '')?.[1];
  if (name === undefined) {
    throw new UserError('The remote "origin" is no repository at GitHub.', 'Set it with "git remote add origin …".');
  }
  const api = env['GITHUB_API_URL'] ?? 'https://api.github.com';
  const token = env['GH_TOKEN'] ?? env['GITHUB_TOKEN'] ?? '';
  const response = await fetch(`${api}/repos/${name}`, {
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'bootstrap',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) {
    throw new UserError(
      `GitHub answers ${response.status} for ${name}.`,
      'If it is private, set GH_TOKEN, for example to what "gh auth token" prints.',
    );
  }
  const { value, error } = answer.validate(await response.json());
  if (error !== undefined) throw new Error(`GitHub's answer is not a repository: ${error.message}`, { cause: error });
  return {
    name: value.full_name,
    id: String(value.id),
    ownerId: String(value.owner.id),
    defaultBranch: value.default_branch,
  };
}
