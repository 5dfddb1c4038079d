// The token of a plan: it changes with the library, with the files and with the mode. Leaving out invalid
// rows and allowing removals do not change what a plan says, so they are not part of it.
import { createHash } from 'node:crypto';
import type { Mode } from './plan.ts';

/** `revision` of the library, `hashes` as `readFolder` or `hashFolder` gives them. */
export function planToken(revision: number, hashes: readonly string[], mode: Mode): string {
  return createHash('sha256')
    .update(JSON.stringify([revision, hashes, mode]))
    .digest('hex')
    .slice(0, 32);
}
