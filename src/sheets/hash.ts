import { createHash } from 'node:crypto';
import fs from 'node:fs';

/** SHA-256 of a file's bytes, hexadecimal. Never holds the file in memory. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** SHA-256 of rows of texts, of which each ends with its last cell that is not empty. */
export function hashRows() {
  const hash = createHash('sha256');
  return {
    add(cells: readonly string[]) {
      const last = cells.findLastIndex((cell) => cell !== '');
      hash.update(`${JSON.stringify(cells.slice(0, last + 1))}\n`);
    },
    digest: () => hash.digest('hex'),
  };
}
