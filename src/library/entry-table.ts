// A list of entries in a few arrays of bytes, such as those of an index: a million of them as objects would take half a gigabyte.
import type { Kind } from './content.ts';

export type HashedEntry = { entity_id: string; kind: Kind; content_hash: string };

/** Arrays of entries, and tables of them. */
export type HashedEntries = Iterable<HashedEntry> & {
  readonly length: number;
  at(row: number): HashedEntry | undefined;
};

/** From an entry's id to its row. */
export type EntryRows = Record<Kind, Pick<ReadonlyMap<string, number>, 'get' | 'has'>>;

const hashBytes = 32;
const hexHash = /^[0-9a-f]{64}$/;
const firstRows = 1024;
const idBytesPerRow = 32;
const kindCodes = { experience: 0, manual: 1 } as const;

/** Grows by `add`. Each row is found by kind and id. */
export class EntryTable implements HashedEntries {
  #length = 0;
  #kinds = new Uint8Array(firstRows);
  /** The end of each id in `ids`. */
  #ends = new Uint32Array(firstRows);
  #ids = Buffer.alloc(firstRows * idBytesPerRow);
  #hashes = Buffer.alloc(firstRows * hashBytes);
  /** Hashes that are not SHA-256 in hexadecimal, by row. */
  readonly #otherHashes = new Map<number, string>();
  /** Open addressing: one more than the row, 0 where a slot is free. At most half of the slots are taken. */
  #slots = new Int32Array(firstRows * 2);

  readonly rows: EntryRows = { experience: this.#rowsOf('experience'), manual: this.#rowsOf('manual') };

  get length(): number {
    return this.#length;
  }

  /** Returns whether it is new; an entry is added once. */
  add({ kind, entity_id, content_hash }: HashedEntry): boolean {
    const slot = this.#slotOf(kind, entity_id);
    if (this.#slots[slot] !== 0) return false;
    const row = this.#length++;
    if (row === this.#kinds.length) this.#growRows();
    this.#kinds[row] = kindCodes[kind];
    const start = this.#startOf(row);
    const idBytes = Buffer.byteLength(entity_id);
    while (start + idBytes > this.#ids.length) this.#ids = grown(this.#ids);
    this.#ends[row] = start + this.#ids.write(entity_id, start);
    if (hexHash.test(content_hash)) this.#hashes.write(content_hash, row * hashBytes, 'hex');
    else this.#otherHashes.set(row, content_hash);
    this.#slots[slot] = row + 1;
    if (this.#length * 2 > this.#slots.length) this.#growSlots();
    return true;
  }

  at(row: number): HashedEntry | undefined {
    if (!(row >= 0 && row < this.#length)) return undefined;
    return { entity_id: this.#idOf(row), kind: this.#kindOf(row), content_hash: this.#hashOf(row) };
  }

  *[Symbol.iterator](): Generator<HashedEntry> {
    for (let row = 0; row < this.#length; row++) yield this.at(row) as HashedEntry;
  }

  #rowsOf(kind: Kind): EntryRows[Kind] {
    const get = (id: string) => {
      const found = this.#slots[this.#slotOf(kind, id)] ?? 0;
      return found === 0 ? undefined : found - 1;
    };
    return { get, has: (id) => get(id) !== undefined };
  }

  /** The slot of this entry, or the free one that it would take. */
  #slotOf(kind: Kind, id: string): number {
    const mask = this.#slots.length - 1;
    for (let slot = slotHash(kind, id) & mask; ; slot = (slot + 1) & mask) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0 || (this.#kinds[row] === kindCodes[kind] && this.#idOf(row) === id)) return slot;
    }
  }

  #startOf(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] ?? 0);
  }

  #idOf(row: number): string {
    return this.#ids.toString('utf8', this.#startOf(row), this.#ends[row]);
  }

  #kindOf(row: number): Kind {
    return this.#kinds[row] === kindCodes.manual ? 'manual' : 'experience';
  }

  #hashOf(row: number): string {
    const other = this.#otherHashes.get(row);
    return other ?? this.#hashes.toString('hex', row * hashBytes, (row + 1) * hashBytes);
  }

  #growRows() {
    this.#kinds = grown(this.#kinds);
    const ends = new Uint32Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
    this.#hashes = grown(this.#hashes);
  }

  #growSlots() {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.#length; row++) {
      let slot = slotHash(this.#kindOf(row), this.#idOf(row)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}

function grown<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  const larger = (
    Buffer.isBuffer(bytes) ? Buffer.alloc(bytes.length * 2) : new Uint8Array(bytes.length * 2)
  ) as Bytes;
  larger.set(bytes);
  return larger;
}

/** FNV-1a over the characters, mixed once more, since only the last bits count. */
function slotHash(kind: Kind, id: string): number {
  let hash = 0x811c9dc5 ^ kindCodes[kind];
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
