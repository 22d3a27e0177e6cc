import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here, World } from './world.ts';

const world = new World();
let pull: number;

beforeAll(async () => {
  await world.begin({ 'README.md': 'Shop\n', '.github/workflows/main.yml': 'name: Main\non: push\njobs: {}\n' });
  await world.git(['switch', '--quiet', '--create', 'change']);
  writeFileSync(join(world.clone, 'README.md'), 'Shop, open\n');
  await world.git(['commit', '--quiet', '--all', '--message', 'Open']);
  await world.git(['push', '--quiet', 'origin', 'change']);
  const { data } = await world.octokit().pulls.create({ ...here, head: 'change', base: 'main', title: 'Open <now>' });
  pull = data.number;
});
afterAll(() => world.end());

async function read(path: string): Promise<{ status: number; html: string }> {
  const response = await fetch(world.github.serverUrl + path);
  return { status: response.status, html: await response.text() };
}

test('a pull request is shown with its comments as GitHub renders them', async () => {
  const body =
    '<!-- hidden -->\n### Plan\n\n<details><summary>2 to change</summary>\n\n```diff\n+ a = "<1>"\n```\n\n</details>';
  await world.octokit(world.github.tokens.actions).issues.createComment({ ...here, issue_number: pull, body });
  const { status, html } = await read(`/${here.owner}/${here.repo}/pull/${pull}`);
  expect(status).toBe(200);
  expect(html).toContain('<h1>Open &#60;now&#62; #1</h1>');
  expect(html).toContain('github-actions[bot]');
  expect(html).toContain('<h3>Plan</h3>');
  expect(html).toContain('<summary>2 to change</summary>');
  expect(html).toContain('<span class="add">+ a = &quot;&lt;1&gt;&quot;</span>');
});

test('a run is shown at the address that its links have, with summary, jobs and log', async () => {
  const { store } = world.github;
  const event = { name: 'push' as const, ref: 'refs/heads/main', sha: 'a'.repeat(40), actor: 'ada', payload: {} };
  const run = store.createRun({ workflow: '.github/workflows/main.yml', name: 'Main', event, title: 'Open' });
  const folder = join(world.folder, 'state/runs', String(run.id));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'summary.md'), '| lambda |\n|---|\n| shop |\n');
  writeFileSync(join(folder, 'log.txt'), '<script>a line</script>\n');
  store.updateJob(store.addJob(run.id, { name: 'apply (test)' }).id, { status: 'completed', conclusion: 'success' });
  const { status, html } = await read(`/${here.owner}/${here.repo}/actions/runs/${run.id}`);
  expect(status).toBe(200);
  expect(html).toContain('<td>apply (test)</td><td><span class="success">success</span></td>');
  expect(html).toContain('<td>shop</td>');
  expect(html).toContain('&#60;script&#62;a line');
  expect((await read('/')).html).toContain(`/actions/runs/${run.id}">Main</a>`);
});

test('an address without a page says so', async () => {
  const { status, html } = await read('/nobody/nothing');
  expect(status).toBe(501);
  expect(html).toContain('has no page');
});
