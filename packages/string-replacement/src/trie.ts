/**
 * A tree of rows of symbols, kept in one hash table of its edges. With a `Map` in each node a look-up costs the same in theory,
 * but a tree of thousands of phrases is then spread over so much memory that it is twice as slow as one of five
 * (bench/README.md).
 */
export class Trie {
  /** The node to start from. */
  static readonly ROOT = 0;
  /** What `child` answers when there is none. */
  static readonly NONE = -1;

  /** Three numbers per edge: parent, symbol, child; a child of 0, which is the root, marks a free place. */
  #edges = new Int32Array(3 * 64);
  #mask = 63;
  /** How many nodes there are; they are numbered from 0. */
  #size = 1;

  /** The node that `symbols` lead to, made where it is missing. */
  insert(symbols: Iterable<number>): number {
    let node = Trie.ROOT;
    for (const symbol of symbols) {
      const known = this.child(node, symbol);
      node = known === Trie.NONE ? this.#add(node, symbol) : known;
    }
    return node;
  }

  child(parent: number, symbol: number): number {
    const edges = this.#edges;
    for (let place = this.#hash(parent, symbol); ; place = (place + 1) & this.#mask) {
      const child = edges[3 * place + 2] ?? 0;
      if (child === 0) return Trie.NONE;
      if (edges[3 * place] === parent && edges[3 * place + 1] === symbol) return child;
    }
  }

  #add(parent: number, symbol: number): number {
    // At most half full, so that a search ends soon.
    if (2 * this.#size > this.#mask) this.#grow();
    const child = this.#size;
    this.#size += 1;
    this.#put(parent, symbol, child);
    return child;
  }

  #put(parent: number, symbol: number, child: number): void {
    let place = this.#hash(parent, symbol);
    while (this.#edges[3 * place + 2] !== 0) place = (place + 1) & this.#mask;
    this.#edges.set([parent, symbol, child], 3 * place);
  }

  #grow(): void {
    const before = this.#edges;
    this.#mask = 2 * this.#mask + 1;
    this.#edges = new Int32Array(3 * (this.#mask + 1));
    for (let at = 0; at < before.length; at += 3) {
      const [parent = 0, symbol = 0, child = 0] = before.subarray(at, at + 3);
      if (child !== 0) this.#put(parent, symbol, child);
    }
  }

  /** Multiplicative hashing: two odd constants with well spread bits. */
  #hash(parent: number, symbol: number): number {
    const mixed = Math.imul(parent, 0x9e37_79b1) ^ Math.imul(symbol, 0x85eb_ca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
