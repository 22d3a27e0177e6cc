import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ZERO = '0'.repeat(40);
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export interface Person {
  name: string;
  email: string;
  /** ISO 8601 with offset. */
  date: string;
}
export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
}
export interface FileChange {
  /** GitHub's word: added, removed, modified, renamed, copied, changed. */
  status: string;
  /** Blob after the change; before it for a removed file. */
  sha: string;
  filename: string;
  previous: string | undefined;
  additions: number;
  deletions: number;
  /** Unified hunks; undefined for a binary file and a pure rename. */
  patch: string | undefined;
}
export interface TreeEntry {
  mode: string;
  type: string;
  sha: string;
  size: number;
  path: string;
}
export interface Identity {
  name: string;
  email: string;
}

const STATUS: Record<string, string> = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied' };
const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

/** No file of the machine's own decides how git behaves here. */
export function gitEnvironment(): Record<string, string> {
  const { PATH = '' } = process.env;
  return { PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_LITERAL_PATHSPECS: '1' };
}

/** The bare repository, by the few questions and changes that the API needs. Every call is one git process. */
export class Git {
  readonly dir: string;
  constructor(dir: string) {
    this.dir = dir;
  }

  async init(branch: string): Promise<void> {
    await this.run(['init', '--quiet', '--bare', `--initial-branch=${branch}`, this.dir]);
    // As at GitHub: pull request refs are read-only, any commit can be fetched by its id; pushes arrive over HTTP.
    const settings =
      '[receive]\nhideRefs = refs/pull\n[uploadpack]\nallowAnySHA1InWant\n[http]\nreceivepack\n[gc]\nauto = 0\n';
    await appendFile(join(this.dir, 'config'), settings);
  }

  async setUpdateHook(text: string): Promise<void> {
    await mkdir(join(this.dir, 'hooks'), { recursive: true });
    await writeFile(join(this.dir, 'hooks', 'update'), text, { mode: 0o755 });
  }

  async run(args: string[], options: { input?: string | Buffer; env?: Record<string, string> } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args, options);
    if (code !== 0) throw new Error(`git ${args[0] ?? ''} ended with ${code}: ${stderr.trim()}`);
    return stdout.toString('utf8');
  }

  attempt(
    args: string[],
    options: { input?: string | Buffer; env?: Record<string, string> } = {},
  ): Promise<{ code: number; stdout: Buffer; stderr: string }> {
    const env = { ...gitEnvironment(), ...options.env };
    const all = args[0] === 'init' ? args : [`--git-dir=${this.dir}`, ...args];
    return new Promise((done, fail) => {
      const settings = { env, maxBuffer: Infinity, encoding: 'buffer' as const };
      const child = execFile('git', all, settings, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') fail(error);
        else done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr: stderr.toString('utf8') });
      });
      // A git that ends before it has read its input says why by its exit code.
      child.stdin?.on('error', () => undefined).end(options.input);
    });
  }

  async refs(): Promise<Map<string, string>> {
    const lines = (await this.run(['for-each-ref', '--format=%(refname) %(objectname)'])).split('\n');
    return new Map(lines.filter(Boolean).map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
  }

  /** The refs of a pattern that have a commit in their history. */
  async refsHolding(pattern: string, sha: string): Promise<string[]> {
    const lines = await this.run(['for-each-ref', '--format=%(refname)', `--contains=${sha}`, pattern]);
    return lines.split('\n').filter(Boolean);
  }

  /** The commit that a branch, tag, full ref or (shortened) id names. Git's own expressions (`main~1`) are not known. */
  async resolve(name: string): Promise<string | undefined> {
    if (/[~^:?*[\]\\\s]|\.\.|@\{/.test(name)) return undefined;
    const names = [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
    if (name.startsWith('refs/') || /^[0-9a-f]{7,40}$/.test(name)) names.push(name);
    const input = names.map((candidate) => `${candidate}^{commit}\n`).join('');
    return /^([0-9a-f]{40}) commit/m.exec(await this.run(['cat-file', '--batch-check'], { input }))?.[1];
  }

  async updateRef(ref: string, to: string): Promise<void> {
    await this.run(to === ZERO ? ['update-ref', '-d', ref] : ['update-ref', ref, to]);
  }

  async isRefName(ref: string): Promise<boolean> {
    return (await this.attempt(['check-ref-format', ref])).code === 0;
  }

  async isAncestor(older: string, newer: string): Promise<boolean> {
    return (await this.attempt(['merge-base', '--is-ancestor', older, newer])).code === 0;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const { code, stdout } = await this.attempt(['merge-base', a, b]);
    return code === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  /** The tree of the merge of two commits, or undefined when they conflict. */
  async mergeTree(ours: string, theirs: string): Promise<string | undefined> {
    const { code, stdout, stderr } = await this.attempt(['merge-tree', '--write-tree', '--no-messages', ours, theirs]);
    if (code > 1) throw new Error(`git merge-tree ended with ${code}: ${stderr.trim()}`);
    return code === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  async commitTree(
    commit: { tree: string; parents: string[]; message: string },
    by: { author: Identity & { date?: string }; committer: Identity },
  ): Promise<string> {
    const env: Record<string, string> = {
      GIT_AUTHOR_NAME: by.author.name,
      GIT_AUTHOR_EMAIL: by.author.email,
      GIT_COMMITTER_NAME: by.committer.name,
      GIT_COMMITTER_EMAIL: by.committer.email,
    };
    if (by.author.date !== undefined) env['GIT_AUTHOR_DATE'] = by.author.date;
    const parents = commit.parents.flatMap((parent) => ['-p', parent]);
    return (await this.run(['commit-tree', commit.tree, ...parents], { input: commit.message, env })).trim();
  }

  /** Commits, newest first. `range` is an id, or `a..b`, of ids that were resolved. */
  async log(
    range: string,
    only: { limit?: number; path?: string | undefined; options?: string[] } = {},
  ): Promise<Commit[]> {
    const limit = only.limit === undefined ? [] : [`-${only.limit}`];
    const format = `--format=tformat:${FIELDS.join('%x00')}`;
    const path = only.path === undefined ? [] : [only.path];
    const out = await this.run(['log', '-z', format, ...limit, ...(only.options ?? []), range, '--', ...path]);
    const fields = out.split('\0');
    const commits: Commit[] = [];
    for (let at = 0; at + FIELDS.length <= fields.length; at += FIELDS.length) {
      const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] =
        fields.slice(at, at + FIELDS.length);
      commits.push({
        sha,
        tree,
        parents: parents.split(' ').filter(Boolean),
        author: { name: an, email: ae, date: ad },
        committer: { name: cn, email: ce, date: cd },
        message: message.trimEnd(),
      });
    }
    return commits;
  }

  async commit(sha: string): Promise<Commit> {
    const [commit] = await this.log(sha, { limit: 1 });
    if (commit === undefined) throw new Error(`No commit ${sha}`);
    return commit;
  }

  async count(range: string): Promise<number> {
    return Number(await this.run(['rev-list', '--count', range]));
  }

  /** What changed between two trees (ids of commits or trees), renames found as GitHub does (half the lines alike). */
  async diff(from: string, to: string): Promise<FileChange[]> {
    const options = ['-r', '-M', '-z', '--no-abbrev', '--raw', '-p', '--no-color', '--no-ext-diff'];
    const out = await this.run(['diff-tree', ...options, from, to]);
    const raw = out.slice(0, out.indexOf('\0\0') + 1).split('\0');
    const patches = out.slice(out.indexOf('\0\0') + 2).split(/^diff --git /m);
    const changes: FileChange[] = [];
    for (let at = 0; (raw[at] ?? '').startsWith(':');) {
      const [, , before = '', after = '', code = ''] = (raw[at] ?? '').split(' ');
      const moved = /^[RC]/.test(code);
      const patch = patches[changes.length + 1]?.replace(/^[\s\S]*?\n(?=@@ )/, '');
      const lines = patch?.startsWith('@@ ') ? patch.trimEnd().split('\n') : [];
      changes.push({
        status: STATUS[code.charAt(0)] ?? 'changed',
        sha: after === ZERO ? before : after,
        filename: raw[at + (moved ? 2 : 1)] ?? '',
        previous: moved ? raw[at + 1] : undefined,
        additions: lines.filter((line) => line.startsWith('+')).length,
        deletions: lines.filter((line) => line.startsWith('-')).length,
        patch: lines.length === 0 ? undefined : lines.join('\n'),
      });
      at += moved ? 3 : 2;
    }
    return changes;
  }

  /** What is at a path: one entry for a file, the entries of a folder, undefined for nothing. */
  async entries(commit: string, path: string): Promise<{ file?: TreeEntry; folder?: TreeEntry[] } | undefined> {
    const list = async (where: string): Promise<TreeEntry[]> => {
      const out = await this.run([
        'ls-tree',
        '-z',
        '--long',
        '--full-tree',
        commit,
        ...(where === '' ? [] : ['--', where]),
      ]);
      return out.split('\0').filter(Boolean).map(treeEntry);
    };
    if (path === '') return { folder: await list('') };
    const [entry] = await list(path);
    if (entry === undefined) return undefined;
    return entry.type === 'tree' ? { folder: await list(`${path}/`) } : { file: entry };
  }

  async blob(sha: string): Promise<Buffer> {
    return (await this.attempt(['cat-file', 'blob', sha])).stdout;
  }

  /** A tree like that of `parent` (or an empty one) with one file put in its place. */
  async treeWith(parent: string | undefined, path: string, content: Buffer, mode: string): Promise<string> {
    const blob = (await this.run(['hash-object', '-w', '--stdin'], { input: content })).trim();
    const folder = await mkdtemp(join(tmpdir(), 'github-index-'));
    try {
      const env = { GIT_INDEX_FILE: join(folder, 'index') };
      await this.run(['read-tree', parent ?? '--empty'], { env });
      await this.run(['update-index', '--add', '--replace', '--cacheinfo', `${mode},${blob},${path}`], { env });
      return (await this.run(['write-tree'], { env })).trim();
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

function treeEntry(line: string): TreeEntry {
  const [head = '', path = ''] = line.split('\t');
  const [mode = '', type = '', sha = '', size = ''] = head.split(/ +/);
  return { mode, type, sha, size: Number(size) || 0, path };
}
