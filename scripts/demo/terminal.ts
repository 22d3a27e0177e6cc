import { styleText } from 'node:util';
import type { Stage } from './loop.ts';
import { showMarkdown } from '../show-markdown.ts';
import type { Check } from './verdict.ts';

type Style = Parameters<typeof styleText>[0];

/** The demo on a terminal: numbered steps with their times, a running clock where lines can be rewritten. */
export class TerminalStage implements Stage {
  readonly #colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  #steps = 0;

  async step<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.#steps += 1;
    const heading = `${String(this.#steps).padStart(2)}. ${title}`;
    const started = Date.now();
    const seconds = (): string => `${((Date.now() - started) / 1000).toFixed(1)} s`;
    this.tell(this.#paint('bold', heading), '\n');
    const clock = process.stdout.isTTY
      ? setInterval(() => process.stdout.write(`\r    … ${seconds()} `), 500)
      : undefined;
    try {
      const result = await body();
      this.#endLine(clock);
      this.tell(this.#paint('green', `✓ ${seconds()}`));
      return result;
    } catch (error) {
      this.#endLine(clock);
      this.tell(this.#paint('red', `✗ ${seconds()}`));
      throw error;
    }
  }

  show(title: string, text: string): void {
    const rule = '─'.repeat(Math.max(0, 96 - title.length));
    const body = showMarkdown(text, this.#colour).replaceAll(/^/gm, '    │ ');
    process.stdout.write(`\n    ┌─ ${title} ${rule}\n${body}\n    └─${'─'.repeat(98)}\n`);
  }

  tell(text: string, before = '    '): void {
    process.stdout.write(`${before}${text}\n`);
  }

  summary(checks: readonly Check[], seconds: number): void {
    const width = Math.max(...checks.map(({ name }) => name.length));
    const rows = checks.map(({ name, saw, ok }) => {
      const mark = ok ? this.#paint('green', '✓') : this.#paint('red', '✗');
      return `  ${mark} ${name.padEnd(width)}  ${saw}`;
    });
    const good = checks.filter(({ ok }) => ok).length;
    process.stdout.write(
      `\n${rows.join('\n')}\n\n${good} of ${checks.length} as promised, in ${seconds.toFixed(0)} s.\n`,
    );
  }

  #endLine(clock: NodeJS.Timeout | undefined): void {
    if (clock === undefined) return;
    clearInterval(clock);
    process.stdout.write('\r');
  }

  #paint(style: Style, text: string): string {
    return this.#colour ? styleText(style, text) : text;
  }
}
