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

test('an alert is shown as one, and a quote as a quote', async () => {
  const body = '> [!CAUTION]\n> It goes.\n>\n> - and **this**\n\n> [!NOTE]\n\n> only quoted\n> [!TIP]';
  await world.octokit().issues.createComment({ ...here, issue_number: pull, body });
  const { html } = await read(`/${here.owner}/${here.repo}/pull/${pull}`);
  expect(html).toContain('<div class="alert caution">\n<p class="alert-title">Caution</p>\n<p>It goes.</p>\n<ul>');
  expect(html).toContain('<div class="alert note">\n<p class="alert-title">Note</p>\n</div>');
  expect(html).toMatch(/<blockquote>\n<p>only quoted\n\[!TIP\]<\/p>/);
});

test('an issue has a page of its own, with who has closed it; the repository leads to both kinds', async () => {
  const { issues } = world.octokit(world.github.tokens.actions);
  const { data } = await issues.create({ ...here, title: 'Drift', body: '`test` moved', assignees: [here.owner] });
  await issues.createComment({ ...here, issue_number: data.number, body: 'It is back.' });
  await issues.update({ ...here, issue_number: data.number, state: 'closed' });
  const path = `/${here.owner}/${here.repo}/issues/${data.number}`;
  expect(data.html_url).toBe(world.github.serverUrl + path);
  const { html } = await read(path);
  expect(html).toContain('<h1>Drift #2</h1>');
  expect(html).toContain(
    '<span class="closed">closed</span> by github-actions[bot] · github-actions[bot] · assigned to octo',
  );
  expect(html).toContain('<p><code>test</code> moved</p>');
  expect(html).toContain('It is back.');
  expect(html).not.toContain('<h2>Runs</h2>');
  expect((await read(`/${here.owner}/${here.repo}/issues/${pull}`)).html).toContain('<h2>Runs</h2>');
  const home = (await read('/')).html;
  expect(home).toContain(`href="${path}">#2</a>`);
  expect(home).toContain(`/pull/${pull}">#${pull}</a>`);
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

test('deployments are shown by environment and task, with their last state and where to look', async () => {
  const rest = world.octokit(world.github.createActionsToken({ permissions: { deployments: 'write' } }));
  const make = async (task: string, environment: string): Promise<number> => {
    const required_contexts: string[] = [];
    const { data } = await rest.repos.createDeployment({ ...here, ref: 'main', task, environment, required_contexts });
    if (!('id' in data)) throw new Error('no deployment');
    return data.id;
  };
  const deployment_id = await make('release', 'acceptance');
  await make('terraform-apply', 'acceptance');
  await make('release', 'test');
  const log_url = 'https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/app';
  const say = { ...here, deployment_id, log_url };
  await rest.repos.createDeploymentStatus({ ...say, state: 'in_progress', description: 'Build' });
  const environment_url = 'https://acceptance.example.com/?a=1&b=2';
  await rest.repos.createDeploymentStatus({ ...say, state: 'success', environment_url });

  const { data: listed } = await rest.repos.listDeployments({ ...here, task: 'release', environment: 'acceptance' });
  expect(listed.map(({ id }) => id)).toEqual([deployment_id]);
  const { data: statuses } = await rest.repos.listDeploymentStatuses({ ...here, deployment_id });
  expect(statuses.map((one) => [one.state, one.log_url, one.environment_url])).toEqual([
    ['success', log_url, environment_url],
    ['in_progress', log_url, ''],
  ]);

  const { html } = await read(`/${here.owner}/${here.repo}/deployments`);
  expect(html.match(/<h2>\w+<\/h2>/g)).toEqual(['<h2>test</h2>', '<h2>acceptance</h2>']);
  expect(html).toContain(`<td>release</td><td><span class="success">success</span></td>`);
  expect(html).toContain(`<td>terraform-apply</td><td><span class="pending">pending</span></td>`);
  expect(html).toContain(`<a href="${log_url}">log</a>`);
  expect(html).toMatch(/<a href="https:\/\/acceptance\.example\.com\/\?a=1&[^"]*;b=2">open<\/a>/);
  const { html: first } = await read('/');
  expect(first).toContain(`<a href="/${here.owner}/${here.repo}/deployments">All deployments</a>`);
  expect(first).toContain('<span class="success">success</span>');
});

test('the first page leads to what runs elsewhere', async () => {
  const other = new World();
  await other.start({ links: [{ title: 'What runs in AWS', url: 'http://127.0.0.1:9/_sandbox/running' }] });
  const html = await (await fetch(other.github.serverUrl)).text();
  expect(html).toContain('<a href="http://127.0.0.1:9/_sandbox/running">What runs in AWS</a>');
  await other.end();
});
