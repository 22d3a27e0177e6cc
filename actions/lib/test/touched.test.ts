import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { runCommand } from '../process.ts';
import { changedFiles, effectOf, readFacts, touchedEnvironments } from '../touched.ts';
import { temporaryFolders } from './fakes/temp.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const folders = temporaryFolders();
afterAll(folders.cleanUp);

async function git(folder: string, ...args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const options = { cwd: folder, onStdout: (line: string) => void lines.push(line) };
  expect(await runCommand('git', [...identity, ...args], options)).toBe(0);
  return lines;
}

/** A repository of the same shape as this one, with its first commit. */
const FILES = {
  'README.md': '# Project',
  Makefile: '',
  'package-lock.json': '{}',
  'package.json': '{}',
  'tsconfig.json': '{}',
  '.gitattributes': '* text=auto eol=lf',
  'terraform/main.tf': 'module "a" {\n  source = "./_modules/a"\n}\nmodule "half" {\n  source = "./half"\n}',
  'terraform/README.md': '# Root',
  'terraform/map.json': '{}',
  'terraform/.terraform.lock.hcl': '',
  'terraform/environments/test.tfvars': '',
  'terraform/environments/production.tfvars': '',
  'terraform/promotions/test.json': '{}',
  'terraform/tests/unit.tftest.hcl': '',
  'terraform/tests/fixture/main.tf': 'module "b" {\n  source = "../../_modules/b"\n}',
  'terraform/half/main.tf': 'module "deep" { source = "../_modules/deep/" }',
  'terraform/_modules/a/main.tf': '',
  'terraform/_modules/a/templates/policy.json': '{}',
  'terraform/_modules/a/tests/a_unit_test.tftest.hcl': '',
  'terraform/_modules/a/README.md': '# A',
  'terraform/_modules/deep/main.tf': '',
  'terraform/_modules/both/main.tf': '',
  'terraform/_modules/json/main.tf': '',
  'terraform/_modules/b/main.tf': '',
  'terraform/_modules/b/inner/main.tf': '',
  'terraform/_modules/nobody/main.tf': '',
  'terraform/more.tf.json': '{ "module": { "json": { "source": "./_modules/json" } } }',
  'terraform/_modules/deep/both.tf': 'module "both" { source = "../both" }',
  'terraform/bootstrap/main.tf':
    'module "b" {\n  source = "../_modules/b"\n}\nmodule "both" { source = "../_modules/both" }',
  'terraform/bootstrap/README.md': '# Bootstrap',
  'lambdas/one/handler.ts': "import { used } from '@repo/used';",
  'lambdas/one/request.schema.json': '{}',
  'lambdas/one/events/good.json': '{}',
  'lambdas/one/test/handler.test.ts': "import '@repo/unused';",
  'lambdas/shared/logger.ts': '',
  'lambdas/shared/test/logger.test.ts': '',
  'lambdas/package.json': '{ "devDependencies": {} }',
  'lambdas/README.md': '# Lambdas',
  'packages/used/package.json': '{ "name": "@repo/used" }',
  'packages/used/src/index.ts': "import '../../by-path/src/index.ts';",
  'packages/used/test/used.test.ts': '',
  'packages/used/README.md': '# Used',
  'packages/by-path/package.json': '{ "name": "@repo/by-path" }',
  'packages/by-path/src/index.ts': '',
  'packages/unused/package.json': '{ "name": "@repo/unused" }',
  'packages/unused/src/index.ts': '',
  'service/src/app.ts': "import '@repo/unused';",
  'service/buildspec.yml': '',
  'actions/lib/packaging/package.ts': '',
  'actions/lib/test/packaging/package.test.ts': '',
  'actions/lib/terraform/cli.ts': '',
  'actions/lib/terraform/digest.ts': '',
  'actions/publish-lambdas/src/run.ts': '',
  'actions/publish-lambdas/README.md': '',
  'actions/promote/src/run.ts': '',
  '.github/actions/setup/action.yml': '',
  '.github/workflows/main.yml': '',
  'scripts/demo.ts': '',
  'docs/sandbox.md': '',
} as const;

type File = keyof typeof FILES;
let folder = '';

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

async function commit(): Promise<void> {
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '-m', 'A change');
}

/** The names of the environments that differ from the commit before, by what git says. */
function touched(base = 'HEAD^'): string[] {
  return touchedEnvironments(changedFiles(folder, base), readFacts(folder))
    .filter(({ by }) => by.length > 0)
    .map(({ environment }) => environment);
}

beforeAll(async () => {
  folder = folders.make();
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await commit();
  await git(folder, 'tag', 'first');
});

beforeEach(async () => {
  await git(folder, 'checkout', '--quiet', '--force', '-B', 'main', 'first');
});

const ALL = ['production', 'test'];

describe('a change of', () => {
  test.each<[File, readonly string[]]>([
    ['terraform/environments/test.tfvars', ['test']],
    ['terraform/environments/production.tfvars', ['production']],
    ['terraform/promotions/test.json', ['test']],
    ['terraform/main.tf', ALL],
    ['terraform/more.tf.json', ALL],
    ['terraform/map.json', ALL],
    ['terraform/.terraform.lock.hcl', ALL],
    ['terraform/half/main.tf', ALL],
    ['terraform/_modules/a/main.tf', ALL],
    ['terraform/_modules/a/templates/policy.json', ALL],
    ['terraform/_modules/deep/main.tf', ALL],
    ['terraform/_modules/both/main.tf', ALL],
    ['terraform/_modules/json/main.tf', ALL],
    ['terraform/_modules/nobody/main.tf', ALL],
    ['terraform/_modules/b/main.tf', []],
    ['terraform/_modules/b/inner/main.tf', []],
    ['terraform/bootstrap/main.tf', []],
    ['terraform/README.md', []],
    ['terraform/_modules/a/README.md', []],
    ['terraform/_modules/a/tests/a_unit_test.tftest.hcl', []],
    ['terraform/tests/unit.tftest.hcl', []],
    ['terraform/tests/fixture/main.tf', []],
    ['lambdas/one/handler.ts', ALL],
    ['lambdas/one/request.schema.json', ALL],
    ['lambdas/shared/logger.ts', ALL],
    ['lambdas/package.json', ALL],
    ['lambdas/one/events/good.json', []],
    ['lambdas/one/test/handler.test.ts', []],
    ['lambdas/shared/test/logger.test.ts', []],
    ['lambdas/README.md', []],
    ['packages/used/src/index.ts', ALL],
    ['packages/used/package.json', ALL],
    ['packages/by-path/src/index.ts', ALL],
    ['packages/used/test/used.test.ts', []],
    ['packages/used/README.md', []],
    ['packages/unused/src/index.ts', []],
    ['package-lock.json', ALL],
    ['tsconfig.json', ALL],
    ['.gitattributes', ALL],
    ['package.json', []],
    ['actions/lib/packaging/package.ts', ALL],
    ['actions/publish-lambdas/src/run.ts', ALL],
    ['actions/lib/terraform/cli.ts', ALL],
    ['actions/lib/test/packaging/package.test.ts', []],
    ['actions/lib/terraform/digest.ts', []],
    ['actions/publish-lambdas/README.md', []],
    ['actions/promote/src/run.ts', []],
    ['.github/actions/setup/action.yml', ALL],
    ['.github/workflows/main.yml', []],
    ['service/src/app.ts', []],
    ['service/buildspec.yml', []],
    ['scripts/demo.ts', []],
    ['docs/sandbox.md', []],
    ['README.md', []],
    ['Makefile', []],
  ])('%s touches %j', (file, expected) => {
    write(file, `${FILES[file]} `);
    expect(changedFiles(folder, 'HEAD')).toEqual([file]);
    expect(touched('HEAD')).toEqual(expected);
  });

  test('what is not known touches all, and is said not to be known', async () => {
    write('something/new.txt', '');
    await commit();
    expect(touched()).toEqual(ALL);
    expect(effectOf('something/new.txt', readFacts(folder))).toMatchObject({ touches: 'all', known: false });
  });

  test('several files touches each environment once, by all that touch it', async () => {
    for (const file of ['README.md', 'terraform/environments/test.tfvars', 'terraform/map.json']) write(file, 'new');
    await commit();
    const [production, own] = touchedEnvironments(changedFiles(folder, 'HEAD^'), readFacts(folder));
    expect(production).toMatchObject({ environment: 'production', by: [{ file: 'terraform/map.json' }] });
    expect(own?.by.map(({ file }) => file)).toEqual(['terraform/environments/test.tfvars', 'terraform/map.json']);
    expect(own?.by.every(({ why }) => why !== '')).toBe(true);
  });
});

describe('a file that', () => {
  test('is removed touches as much as one that changes', async () => {
    rmSync(join(folder, 'terraform/map.json'));
    await commit();
    expect(touched()).toEqual(ALL);
  });

  test('is moved touches by both of its names', async () => {
    await git(folder, 'mv', 'lambdas/one/request.schema.json', 'docs/request.json');
    await commit();
    expect(touched()).toEqual(ALL);
  });

  test('has spaces, quotes and letters of all the world in its name is found', async () => {
    write('terraform/_modules/a/tëmplate "1".json', '');
    await commit();
    expect(changedFiles(folder, 'HEAD^')).toEqual(['terraform/_modules/a/tëmplate "1".json']);
    expect(touched()).toEqual(ALL);
  });

  test('is of a module that is removed with its last use touches all', async () => {
    rmSync(join(folder, 'terraform/_modules/a'), { recursive: true });
    await commit();
    expect(touched()).toEqual(ALL);
  });

  test('is of a module that the root begins to use touches all', async () => {
    write('terraform/main.tf', `${FILES['terraform/main.tf']}\nmodule "b" { source = "./_modules/b" }`);
    await commit();
    write('terraform/_modules/b/main.tf', '# changed');
    await commit();
    expect(touched()).toEqual(ALL);
  });
});

describe('an environment that', () => {
  test('is new is touched', async () => {
    write('terraform/environments/acceptance.tfvars', '');
    await commit();
    expect(touched()).toEqual(['acceptance']);
  });

  test('is gone is not among them', async () => {
    rmSync(join(folder, 'terraform/environments/test.tfvars'));
    await commit();
    expect(touchedEnvironments(changedFiles(folder, 'HEAD^'), readFacts(folder))).toEqual([
      { environment: 'production', by: [] },
    ]);
  });

  test('nothing touches is unchanged, by an empty change too', async () => {
    await git(folder, 'commit', '--quiet', '--allow-empty', '-m', 'Nothing');
    expect(touched()).toEqual([]);
    expect(touched('HEAD')).toEqual([]);
  });
});

test("a pull request's merge is compared with its base, whatever both have gone through", async () => {
  await git(folder, 'switch', '--quiet', '-c', 'branch');
  write('README.md', 'by the branch');
  await commit();
  await git(folder, 'switch', '--quiet', 'main');
  write('terraform/map.json', 'by main');
  await commit();
  await git(folder, 'merge', '--quiet', '--no-ff', '-m', 'merge', 'branch');
  expect(changedFiles(folder, 'HEAD^1')).toEqual(['README.md']);
});

test.each(['nothing', '--output=x', ''])('a commit that git does not know is one clear sentence: "%s"', (base) => {
  expect(() => changedFiles(folder, base)).toThrow(`git knows no commit "${base}".`);
});

describe('this repository', () => {
  const facts = readFacts(REPOSITORY);

  test('has no file without a deliberate answer: give a new kind of file a rule', async () => {
    const files = (await git(REPOSITORY, 'ls-files', '-z'))
      .join('\n')
      .split('\0')
      .filter((file) => file !== '');
    expect(files.length).toBeGreaterThan(300);
    expect(files.filter((file) => !effectOf(file, facts).known)).toEqual([]);
  });

  test('has a root that uses modules, and lambdas that use packages', () => {
    expect([...facts.rootModules]).toEqual(expect.arrayContaining(['terraform/api-gateway', 'terraform/_modules/waf']));
    expect(facts.otherPackages).not.toContain('string-replacement');
    expect(effectOf('packages/string-replacement/src/trie.ts', facts).touches).toBe('all');
  });

  test('Terraform reads nothing outside of its folder but the schemas of the lambdas', () => {
    const outside = globSync('terraform/**/*.tf', { cwd: REPOSITORY })
      .filter((file) => !/\/(tests|\.terraform)\//.test(file))
      .flatMap((file) =>
        [...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/\$\{path\.(?:module|root)\}\/([^"]*)/g)].map(
          ([, path = '']) => posix.join(dirname(file), path),
        ),
      )
      .filter((path) => !path.startsWith('terraform/'));
    expect(outside).toEqual(['lambdas/${id}/${schema}.schema.json']);
  });
});
