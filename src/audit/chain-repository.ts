// Reads the audit log as a chain of hashes, and what the last checks of it have found.
import { coveredRow } from '../core/db/audit-chain.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { ChainBreak } from './chain-break.ts';

/** `hash` is null for a row of an earlier version. */
type Link = { id: number; hash: string | null };
/** `row`: the covered columns as JSON. */
export type ChainRow = Link & { row: string };

/** The job of the last check that has found a break which no later check has cleared. */
export type BrokenCheck = { number: number; message: string; detail: ChainBreak };

export type ChainRepository = ReturnType<typeof createChainRepository>;

const ended = `FROM job WHERE operation = 'audit-check' AND mode = 'scripts' AND status =`;

const sql = {
  newest: 'SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1',
  hashOf: 'SELECT hash FROM audit WHERE id = ?',
  page: `SELECT id, hash, ${coveredRow} AS row FROM audit WHERE id > @after AND id <= @upTo ORDER BY id LIMIT @limit`,
  firstAfter: 'SELECT min(id) AS id FROM audit WHERE id <= ? AND at > ?',
  newestOf: 'SELECT id, at, hash FROM audit WHERE event = ? ORDER BY id DESC LIMIT 1',
  passed: `SELECT number, created_at AS at ${ended} 'succeeded' ORDER BY number DESC LIMIT 1`,
  broken: `
    SELECT number, failure ->> '$.message' AS message, failure -> '$.detail' AS detail ${ended} 'failed'
      AND failure ->> '$.detail.kind' IS NOT NULL ORDER BY number DESC LIMIT 1
  `,
};

export function createChainRepository(ops: Db) {
  const statements = prepareAll(ops, sql);

  return {
    newest: () => (statements.newest.get() as Link | undefined) ?? null,

    /** Null also when there is no such row. */
    hashOf: (id: number) => (statements.hashOf.get(id) as Link | undefined)?.hash ?? null,

    page: (after: number, upTo: number, limit: number) =>
      statements.page.all({ after, upTo, limit }) as ChainRow[],

    /** The first row up to `id` that is younger than `at`. Reads all rows. */
    firstAfter: (id: number, at: string) => (statements.firstAfter.get(id, at) as { id: number | null }).id,

    /** The newest row of an event. */
    newestOf: (event: string) =>
      (statements.newestOf.get(event) as (Link & { at: string }) | undefined) ?? null,

    /** The last check that has passed. */
    lastPassed: () => (statements.passed.get() as { number: number; at: string } | undefined) ?? null,

    lastBroken(): BrokenCheck | null {
      const found = statements.broken.get() as (BrokenCheck & { detail: unknown }) | undefined;
      if (!found || found.number < (this.lastPassed()?.number ?? 0)) return null;
      return { ...found, detail: JSON.parse(String(found.detail)) as ChainBreak };
    },
  };
}
