import type { PinPull, PinPulls } from '../../github/pin-pulls.ts';
import type { FakeFile } from './repository-file.ts';

type Opened = PinPull & { readonly text: string; readonly title: string; readonly body: string };

/** Pull requests with pins, as one run opens them: the same one again, if it asks again. */
export class FakePinPulls implements PinPulls {
  readonly opened: Opened[] = [];
  readonly #file: FakeFile;

  /** @param file as it is on the branch that they are to be merged into */
  constructor(file: FakeFile) {
    this.#file = file;
  }

  open({ title, body, change }: Parameters<PinPulls['open']>[0]): Promise<PinPull> {
    const [before] = this.opened;
    const number = before?.number ?? 7;
    const pull = { number, url: `https://github.com/octo/repo/pull/${number}` };
    this.opened.splice(0, 1, { ...pull, title, body, text: change(before?.text ?? this.#file.text) });
    return Promise.resolve(pull);
  }

  add(number: number, text: string): void {
    this.opened.push({ number, url: `https://github.com/octo/repo/pull/${number}`, text, title: '', body: '' });
  }

  list(): Promise<readonly Opened[]> {
    return Promise.resolve([...this.opened]);
  }
}
