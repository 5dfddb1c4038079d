// Texts that are appended once and read by their number. The first ones are held in memory, the others in a file.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const maxInMemory = 16 * 1024 * 1024;
const windowBytes = 16 * 1024;
/** UTF-8 takes no more for a UTF-16 code unit. */
const maxUnitBytes = 3;

/** `folder`: for the file, whose name is removed as soon as it is open; the system frees it when the process ends. */
export class TextStore {
  readonly #folder: string;
  readonly #maxInMemory: number;
  /** The end of each text. */
  readonly #ends: number[] = [];
  /** The texts that are not in the file; the first of them begins at `#written`. */
  #bytes = Buffer.alloc(64 * 1024);
  #used = 0;
  #written = 0;
  #fd: number | null = null;
  readonly #window = { bytes: Buffer.alloc(0), from: 0, to: 0 };

  constructor(folder: string, inMemory = maxInMemory) {
    this.#folder = folder;
    this.#maxInMemory = inMemory;
  }

  add(text: string) {
    const needed = text.length * maxUnitBytes;
    if (this.#used + needed > this.#bytes.length) this.#makeRoom(needed);
    this.#used += this.#bytes.write(text, this.#used);
    this.#ends.push(this.#written + this.#used);
  }

  at(number: number): string {
    const from = number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
    const to = this.#ends[number] ?? from;
    if (from >= this.#written) return this.#bytes.toString('utf8', from - this.#written, to - this.#written);
    const window = this.#window;
    if (from < window.from || to > window.to) this.#moveWindow(from, to);
    return window.bytes.toString('utf8', from - window.from, to - window.from);
  }

  #makeRoom(needed: number) {
    if (this.#used + needed > this.#maxInMemory) this.#writeOut();
    if (this.#used + needed <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(2 * this.#bytes.length, this.#used + needed));
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#bytes = larger;
  }

  #writeOut() {
    this.#fd ??= openNameless(this.#folder);
    for (let at = 0; at < this.#used; )
      at += fs.writeSync(this.#fd, this.#bytes, at, this.#used - at, this.#written + at);
    this.#written += this.#used;
    this.#used = 0;
  }

  #moveWindow(from: number, to: number) {
    const window = this.#window;
    const length = Math.min(Math.max(windowBytes, to - from), this.#written - from);
    if (window.bytes.length < length) window.bytes = Buffer.alloc(length);
    window.from = from;
    window.to = from;
    while (window.to < from + length) {
      const bytes = fs.readSync(
        this.#fd ?? -1,
        window.bytes,
        window.to - from,
        from + length - window.to,
        window.to,
      );
      if (bytes === 0) throw new Error('The file of an import ends too early.');
      window.to += bytes;
    }
  }
}

function openNameless(folder: string): number {
  const file = path.join(folder, `import-${randomUUID()}.partial`);
  const fd = fs.openSync(file, 'wx+', 0o600);
  fs.rmSync(file);
  return fd;
}
