import { describeError, UserError } from '../errors.ts';
import type { PinPull, PinPulls } from '../github/pin-pulls.ts';
import { updateFile, type RepositoryFile } from '../github/repository-file.ts';
import type { Log } from '../log.ts';
import { escapeText, inlineCode } from '../markdown/escape.ts';
import { formatPins, parsePins, type Pin } from '../pins.ts';
import { markdownLink } from './links.ts';

export interface PinDeps {
  readonly pins: RepositoryFile;
  readonly pulls: Pick<PinPulls, 'open'>;
  readonly log: Log;
  /** Who wanted it. */
  readonly actor: string;
  /** The page of the run, and of the repository. */
  readonly runUrl: string;
  readonly repositoryUrl: string;
}

/** How the pins came into git. */
export type Pinned =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'committed'; readonly commit: string }
  | ({ readonly kind: 'pull-request' } & PinPull);

export interface NewPin extends Pin {
  readonly id: string;
}

/** Commits what runs; where the branch takes no commits, opens a pull request. What others have pinned meanwhile stays. */
export async function pin(entries: readonly NewPin[], { pins, pulls, log, actor, runUrl }: PinDeps): Promise<Pinned> {
  const title = `Promote ${entries.map(({ id, version }) => `${id} ${version}`).join(', ')}`;
  const change = (text: string | undefined): string =>
    formatPins({
      ...(text === undefined ? {} : parsePins(text, pins.path)),
      ...Object.fromEntries(entries.map(({ id, version, sha256 }): [string, Pin] => [id, { version, sha256 }])),
    });
  const result = await updateFile(pins, change, `${title}\n\nMoved by the promote workflow for ${actor}.`);
  if (result.kind === 'unchanged') {
    log.info(`${pins.path} says so already.`);
    return result;
  }
  if (result.kind === 'committed') {
    log.info(`${pins.path} committed as ${result.commit.slice(0, 7)}.`);
    return result;
  }
  const pull = await pulls.open({ title, body: pullBody(entries, { path: pins.path, actor, runUrl }), change });
  log.info(`The branch takes no commits, so ${pins.path} is changed by a pull request: ${pull.url}`);
  return { kind: 'pull-request', ...pull };
}

export function renderPinned(pinned: Pinned, { pins, repositoryUrl }: Pick<PinDeps, 'pins' | 'repositoryUrl'>): string {
  if (pinned.kind === 'unchanged') return 'The pin file was right already.';
  if (pinned.kind === 'committed') {
    return `Pinned by ${markdownLink(pinned.commit.slice(0, 7), `${repositoryUrl}/commit/${pinned.commit}`)}.`;
  }
  return `The branch takes no commits, so ${inlineCode(pins.path)} is changed by ${markdownLink(`#${pinned.number}`, pinned.url)}: merge it, and git says what runs.`;
}

/** A failure to pin, and what it means: what has moved stays, and git does not say so yet. */
export function notPinned(error: unknown, path: string): UserError {
  return new UserError(
    `What runs is not in ${path} yet: ${describeError(error)}`,
    'Promote the same once more before anything else is merged: it is only pinned then.',
    { cause: error },
  );
}

function pullBody(
  entries: readonly NewPin[],
  { path, actor, runUrl }: { readonly path: string; readonly actor: string; readonly runUrl: string },
): string {
  return [
    `\`prod\` runs this already: ${entries.map(({ id, version }) => `${inlineCode(id)} version ${version}`).join(', ')}. It was moved for ${escapeText(actor)} by ${markdownLink('a run of the promote workflow', runUrl)}, and ${inlineCode(path)} is about to say so.`,
    '',
    'As long as this is open, nobody moves it back. Merged, it changes nothing that runs. Closed without a merge, the next reconcile moves `prod` to what the file says.',
    '',
    'GitHub starts no workflow for a pull request that a workflow has opened with its own token: where checks are required, close it and open it again, or give the promote workflow the token of an app.',
  ].join('\n');
}
