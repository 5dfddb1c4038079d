// The hash chain of the audit log. Each row's hash covers the row and the hash of the row before it, so a row that somebody
// changes, removes or inserts afterwards no longer fits its neighbours. The rows of earlier versions have no hash: one row seals
// them all.
import crypto from 'node:crypto';
import { type Db, scriptBusyMs } from './open.ts';

/** The covered columns, in this order, as a text that SQLite makes. */
export const coveredRow =
  'json_array(id, at, actor, event, target, outcome, reason, detail, peer, request_id)';

/** No row of the server has a greater number. Another program may have added such rows. */
export const maxRowId = Number.MAX_SAFE_INTEGER;

/** Rows that the server can have written, by their numbers. */
export const ownRows = `id BETWEEN 1 AND ${maxRowId}`;

const columns = ['at', 'actor', 'event', 'target', 'outcome', 'reason', 'detail', 'peer', 'request_id'];
/** Far more than the server writes into a column. */
const maxColumnBytes = 1_048_576;
const isForeign = columns
  .map((name) => `typeof(${name}) = 'blob' OR octet_length(${name}) > ${maxColumnBytes}`)
  .join(' OR ');

/** `coveredRow`, or NULL for a row that the server cannot have written: it holds a BLOB, which fits in no JSON, or a huge text. */
export const readableRow = `CASE WHEN ${isForeign} THEN NULL ELSE ${coveredRow} END`;

/** The event of the row that seals the rows of earlier versions. Its detail has their number, and the hash of their covered
 *  columns, each followed by a line break. */
export const sealEvent = 'audit.chain_started';

/** SHA-256 in lower-case hex. `previous`: the hash of the row before, '' for the first. */
export function chainHash(previous: string, row: string): string {
  return crypto.hash('sha256', previous + row);
}

/** A row without its number and its hash. */
export type NewAuditRow = {
  at: string;
  actor: string;
  event: string;
  target: string | null;
  outcome: 'ok' | 'refused' | 'failed';
  reason: string | null;
  detail: string | null;
  peer: string | null;
  requestId: string | null;
};

const given = '@at, @actor, @event, @target, @outcome, @reason, @detail, @peer, @requestId';

/** One statement reads the row before and adds the new one, so two connections never continue the chain from the same row.
 *  The new row follows the last one that has a free number after it, so rows that another program has added, or its value in
 *  sqlite_sequence, never stop the server. */
const insert = `
  INSERT INTO audit (id, at, actor, event, target, outcome, reason, detail, peer, request_id, hash)
  SELECT id, ${given}, chain_hash(previous, json_array(id, ${given}))
  FROM (
    SELECT next.id, coalesce((
      SELECT iif(typeof(hash) = 'text' AND octet_length(hash) = 64, hash, '') FROM audit AS before
      WHERE before.id BETWEEN 1 AND next.id - 1 ORDER BY before.id DESC LIMIT 1
    ), '') AS previous
    FROM (
      SELECT 1 + max(
        coalesce((
          SELECT id FROM audit AS last WHERE ${ownRows} AND id < ${maxRowId}
            AND NOT EXISTS (SELECT 1 FROM audit WHERE id = last.id + 1)
          ORDER BY id DESC LIMIT 1
        ), 0),
        coalesce((
          SELECT seq FROM sqlite_sequence WHERE name = 'audit' AND typeof(seq) = 'integer' AND seq < ${maxRowId}
            AND seq >= 0 AND NOT EXISTS (SELECT 1 FROM audit WHERE id > seq AND id <= ${maxRowId})
        ), 0)
      ) AS id
    ) AS next
  )
`;

/** Seals the rows of earlier versions, and returns a function that adds a row to the chain. */
export function openChain(ops: Db, now: () => Date): (row: NewAuditRow) => void {
  ops.function('chain_hash', { deterministic: true }, (previous, row) =>
    chainHash(previous as string, row as string),
  );
  const statement = ops.prepare(insert);
  const add = (row: NewAuditRow) => void statement.run(row);
  sealOldRows(ops, (seal) => add({ ...sealRow, at: now().toISOString(), detail: JSON.stringify(seal) }));
  return add;
}

const ofServer = { actor: 'system', target: null, reason: null, peer: null, requestId: null };
const sealRow = { ...ofServer, event: sealEvent, outcome: 'ok' } as const;

type Seal = { rows: number; sha256: string };

/** Only while no row has a hash and nothing was sealed: rows that lost their hashes later are no old rows. */
const isUnsealed = `
  SELECT (SELECT hash IS NULL FROM audit WHERE ${ownRows} ORDER BY id LIMIT 1)
    AND (SELECT hash IS NULL FROM audit WHERE ${ownRows} ORDER BY id DESC LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM audit WHERE event = '${sealEvent}')
`;

function sealOldRows(ops: Db, add: (seal: Seal) => void) {
  const isNeeded = ops.prepare(isUnsealed).pluck();
  if (isNeeded.get() !== 1) return;
  const seal = ops.transaction(() => {
    if (isNeeded.get() === 1) add(hashAll(ops));
  });
  // Another process may be sealing the same rows: this one waits, then finds nothing to seal.
  const busyMs = ops.pragma('busy_timeout', { simple: true });
  ops.pragma(`busy_timeout = ${scriptBusyMs}`);
  try {
    seal.immediate();
  } finally {
    ops.pragma(`busy_timeout = ${busyMs}`);
  }
}

function hashAll(ops: Db): Seal {
  const hash = crypto.createHash('sha256');
  let rows = 0;
  const all = ops.prepare(`SELECT ${readableRow} FROM audit WHERE ${ownRows} ORDER BY id`).pluck();
  for (const row of all.iterate()) {
    hash.update(`${row}\n`);
    rows += 1;
  }
  return { rows, sha256: hash.digest('hex') };
}
