import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

const FIRST = 2;
const LAST = 254;

/**
 * Addresses for tasks: 127.0.0.2 to 127.0.0.254, one for each that runs, so that all may listen on the same port. The one
 * that was free for longest comes first, so that nobody finds a new task where an old one was. One where somebody else
 * listens (another sandbox) is passed over.
 */
export class Addresses {
  readonly #taken = new Set<number>();
  #next: number;

  /** @param seed something of this sandbox's own, so that two sandboxes begin at different ones. */
  constructor(seed: string) {
    this.#next = FIRST + (createHash('sha256').update(seed).digest().readUInt16BE() % (LAST - FIRST + 1));
  }

  async take(ports: readonly number[]): Promise<string> {
    for (let tries = FIRST; tries <= LAST; tries += 1) {
      const last = this.#next;
      this.#next = last === LAST ? FIRST : last + 1;
      if (this.#taken.has(last)) continue;
      this.#taken.add(last);
      const address = `127.0.0.${last}`;
      if (await areFree(address, ports)) return address;
      this.#taken.delete(last);
    }
    throw new Error(`No address of 127.0.0.${FIRST} to 127.0.0.${LAST} is free for port ${ports.join(', ')}.`);
  }

  release(address: string): void {
    this.#taken.delete(Number(address.slice(address.lastIndexOf('.') + 1)));
  }
}

async function areFree(address: string, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const server = createServer();
    try {
      await once(server.listen(port, address), 'listening');
    } catch {
      // In use, or not an address of this machine.
      return false;
    }
    server.close();
    await once(server, 'close');
  }
  return true;
}
