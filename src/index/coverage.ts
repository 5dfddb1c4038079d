// How the vectors of a snapshot compare with the library here, before it is installed.
import type { Db } from '../core/db/open.ts';
import { contentHash, embeddedText } from '../library/content.ts';
import { formatNumber } from '../core/format.ts';
import type { MetaVectors } from './meta.ts';
import { createIndexRepository } from './repository.ts';

/** `covered`: with a vector of the current text; `stale`: of an older one; `orphans`: vectors without an entry here. */
export type Coverage = { entries: number; covered: number; stale: number; missing: number; orphans: number };

export function countCoverage(library: Db, vectors: MetaVectors): Coverage {
  const hashes = { experience: new Map<string, string>(), manual: new Map<string, string>() };
  for (const { kind, entity_id, content_hash } of vectors) hashes[kind].set(entity_id, content_hash);
  const found = { entries: 0, covered: 0, stale: 0, missing: 0 };
  // One pass over the library: a query for the entry of each vector takes several times as long.
  library.transaction(() => {
    for (const entry of createIndexRepository(library).allEntries()) {
      const hash = hashes[entry.kind].get(entry.id);
      found.entries++;
      if (hash === undefined) found.missing++;
      else if (contentHash(embeddedText(entry)) === hash) found.covered++;
      else found.stale++;
    }
  })();
  return { ...found, orphans: vectors.length - found.covered - found.stale };
}

/** `covers 39,120 of 39,561 entries; 441 stale` */
export function describeCoverage({ entries, covered, stale, missing, orphans }: Coverage): string {
  const others = [
    stale > 0 && `${formatNumber(stale)} stale`,
    missing > 0 && `${formatNumber(missing)} missing`,
    orphans > 0 && `${formatNumber(orphans)} without an entry here`,
  ].filter(Boolean);
  const covers = `covers ${formatNumber(covered)} of ${formatNumber(entries)} entries`;
  return others.length > 0 ? `${covers}; ${others.join(', ')}` : covers;
}
