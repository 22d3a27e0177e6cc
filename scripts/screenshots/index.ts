/** `make screenshots`: what people see on GitHub, as pictures in docs/comments. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../command.ts';
import { ROOT } from '../tools.ts';
import { screenshotCases } from './cases.ts';
import { findChromium, screenshot } from './chromium.ts';
import { renderPage } from './page.ts';

/** A comment is about this wide on a laptop's screen. */
const SIZE = { width: 960, scale: 1.25 };

await command(async () => {
  const chromium = findChromium();
  const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
  try {
    for (const shown of screenshotCases()) {
      const page = join(folder, `${shown.name}.html`);
      const picture = join(ROOT, 'docs/comments', `${shown.name}.png`);
      await writeFile(page, renderPage(shown));
      await screenshot(chromium, page, picture, SIZE);
      process.stdout.write(`docs/comments/${shown.name}.png  ${((await stat(picture)).size / 1024).toFixed(0)} KB\n`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
