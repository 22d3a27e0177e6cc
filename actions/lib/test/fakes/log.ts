import type { Log } from '../../log.ts';

export interface Line {
  readonly level: 'info' | 'warning' | 'error' | 'group';
  readonly text: string;
  readonly place?: { readonly file?: string; readonly line?: number; readonly title?: string };
}

/** Keeps what a reader of the log would see. */
export function recordingLog(): Log & { readonly lines: readonly Line[]; text(): string } {
  const lines: Line[] = [];
  return {
    lines,
    text: () => lines.map(({ text }) => text).join('\n'),
    info: (text) => void lines.push({ level: 'info', text }),
    warning: (text) => void lines.push({ level: 'warning', text }),
    error: (text, place) => void lines.push({ level: 'error', text, ...(place === undefined ? {} : { place }) }),
    group: (text, body) => {
      lines.push({ level: 'group', text });
      return body();
    },
    mask: () => undefined,
  };
}
