// Reads the audit log as a chain of hashes, and what the last checks of it have found.
import { maxRowId, ownRows, readableRow } from '../core/db/audit-chain.ts';
import { type Db, prepareAll } from '../core/db/open.ts';
import type { ChainBreak } from './chain-break.ts';

/** `hash` is null for a row of an earlier version. */
type Link = { id: number; hash: string | null };
/** `row`: the covered columns as JSON; null for a row that the server cannot have written. */
export type ChainRow = Link & { row: string | null };

/** The job of the last check that has found a break which no later check has cleared. */
export type BrokenCheck = { number: number; message: string; detail: ChainBreak };

export type ChainRepository = ReturnType<typeof createChainRepository>;

const ended = `FROM job WHERE operation = 'audit-check' AND mode = 'scripts' AND status =`;

const sql = {
  newest: `SELECT id, hash FROM audit WHERE ${ownRows} ORDER BY id DESC LIMIT 1`,
  below: 'SELECT CAST(id AS TEXT) FROM audit WHERE id < 1 ORDER BY id LIMIT 1',
  above: `SELECT CAST(id AS TEXT) FROM audit WHERE id > ${maxRowId} ORDER BY id LIMIT 1`,
  hashOf: 'SELECT hash FROM audit WHERE id = ?',
  page: `
    SELECT id, CASE WHEN octet_length(hash) > 64 THEN '' ELSE hash END AS hash, ${readableRow} AS row FROM audit
    WHERE id > @after AND id <= @upTo ORDER BY id LIMIT @limit
  `,
  bytes: `SELECT CAST(${readableRow} AS BLOB) FROM audit WHERE id = ?`,
  firstAfter: 'SELECT min(id) AS id FROM audit WHERE id <= ? AND at > ?',
  newestOf: 'SELECT id, at, hash FROM audit WHERE event = ? ORDER BY id DESC LIMIT 1',
  passed: `SELECT number, created_at AS at ${ended} 'succeeded' ORDER BY number DESC LIMIT 1`,
  unfinished: `
    SELECT number, failure ->> '$.message' AS message ${ended} 'failed'
      AND failure ->> '$.detail.kind' IS NULL ORDER BY number DESC LIMIT 1
  `,
  broken: `
    SELECT number, failure ->> '$.message' AS message, failure -> '$.detail' AS detail ${ended} 'failed'
      AND failure ->> '$.detail.kind' IS NOT NULL ORDER BY number DESC LIMIT 1
  `,
};

export function createChainRepository(ops: Db) {
  const statements = prepareAll(ops, sql);
  const bytesOf = statements.bytes.pluck();

  /** Whether a row is the text that its bytes decode to. Bytes that are no UTF-8 decode to U+FFFD, so only a row with one can
   *  differ. */
  const isExact = ({ id, row }: ChainRow) =>
    row === null || !row.includes('\ufffd') || isEncoded(row, bytesOf.get(id) as Buffer);

  return {
    newest: () => (statements.newest.get() as Link | undefined) ?? null,

    /** The number of the first row below those of the server, or above them, as text: it may be no safe integer. */
    foreign: (where: 'below' | 'above') => (statements[where].pluck().get() as string | undefined) ?? null,

    /** Null also when there is no such row. */
    hashOf: (id: number) => (statements.hashOf.get(id) as Link | undefined)?.hash ?? null,

    page(after: number, upTo: number, limit: number): ChainRow[] {
      const rows = statements.page.all({ after, upTo, limit }) as ChainRow[];
      return rows.map((row) => (isExact(row) ? row : { ...row, row: null }));
    },

    /** The first row up to `id` that is younger than `at`. Reads all rows. */
    firstAfter: (id: number, at: string) => (statements.firstAfter.get(id, at) as { id: number | null }).id,

    /** The newest row of an event. */
    newestOf: (event: string) =>
      (statements.newestOf.get(event) as (Link & { at: string }) | undefined) ?? null,

    /** The last check that has passed. */
    lastPassed: () => (statements.passed.get() as { number: number; at: string } | undefined) ?? null,

    /** The newest check, if it failed for another reason than the rows. */
    lastUnfinished(): { number: number; message: string | null } | null {
      const found = statements.unfinished.get() as { number: number; message: string | null } | undefined;
      const known = Math.max(this.lastPassed()?.number ?? 0, this.lastBroken()?.number ?? 0);
      return found && found.number > known ? found : null;
    },

    lastBroken(): BrokenCheck | null {
      const found = statements.broken.get() as (BrokenCheck & { detail: unknown }) | undefined;
      if (!found || found.number < (this.lastPassed()?.number ?? 0)) return null;
      return { ...found, detail: JSON.parse(String(found.detail)) as ChainBreak };
    },
  };
}

/** The server writes half a surrogate pair as three bytes, each of which decodes to U+FFFD. */
function isEncoded(text: string, bytes: Buffer): boolean {
  const stored = bytes.toString('latin1').replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, '\xef\xbf\xbd'.repeat(3));
  return stored === Buffer.from(text).toString('latin1');
}
