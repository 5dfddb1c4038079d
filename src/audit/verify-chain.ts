// Verifies the chain of the audit log from its first row to its last, and compares it with audit.head. Names the first row that
// is wrong.
import crypto from 'node:crypto';
import { chainHash, sealEvent } from '../core/db/audit-chain.ts';
import type { AppError } from '../core/errors.ts';
import { added, broken, changed, cutOffAndReplaced, gap } from './chain-break.ts';
import type { ChainRepository, ChainRow } from './chain-repository.ts';
import type { Head } from './head-file.ts';

/** `sealed`: how many of the rows are of earlier versions. `head`: the last row; null when there is none. */
export type Verified = { rows: number; sealed: number; head: { id: number; hash: string } | null };

type Given = {
  chain: Pick<ChainRepository, 'newest' | 'page' | 'firstAfter' | 'foreign'>;
  /** Read before the verification begins; null without a file. */
  head: Head | null;
  /** `done` of `total` rows, roughly. */
  onProgress: (done: number, total: number) => void;
};

const pageRows = 5000;

/** Reads the rows that are there when it begins: later rows are only added, so it needs no transaction, which would keep the
 *  write-ahead log from being emptied. Throws `internal` with a `ChainBreak` in its details. */
export function verifyChain({ chain, head, onProgress }: Given): Verified {
  const below = chain.foreign('below');
  if (below !== null) throw added(below);
  const end = chain.newest()?.id ?? 0;
  const links = createLinks(head, () => chain.firstAfter(head?.id ?? 0, head?.at ?? ''));
  for (let after = 0; ; ) {
    const page = chain.page(after, end, pageRows);
    for (const row of page) links.add(row);
    after = page.at(-1)?.id ?? after;
    onProgress(Math.min(links.count(), end), end);
    if (page.length < pageRows) break;
  }
  const verified = links.end();
  const above = chain.foreign('above');
  if (above !== null) throw added(above);
  return verified;
}

function createLinks(head: Head | null, findReplaced: () => number | null) {
  const sealing = createSealing();
  let previous = { id: 0, hash: '' };
  let rows = 0;
  let isStarted = false;

  return {
    count: () => rows,

    add(row: ChainRow) {
      if (!isStarted && row.hash === null) sealing.add(row);
      else follow(row);
      if (row.id === head?.id && row.hash !== head.hash)
        throw isStarted ? notTheHead(head) : sealing.unchained(head);
      rows += 1;
    },

    end(): Verified {
      if (head && head.id > lastId()) throw cutOffAtEnd(head);
      if (!isStarted && rows > 0) throw sealing.unsealed();
      return { rows, sealed: sealing.count(), head: isStarted ? previous : null };
    },
  };

  function follow(row: ChainRow) {
    if (!isStarted && (sealing.count() > 0 || isSeal(row))) {
      sealing.judge(row);
      previous = { ...previous, id: row.id - 1 };
    }
    isStarted = true;
    const fits = row.row !== null && row.hash === chainHash(previous.hash, row.row);
    if (row.id > previous.id + 1) throw gap(previous.id + 1, row.id, fits);
    if (!fits || row.hash === null) throw changed(row.id);
    previous = { id: row.id, hash: row.hash };
  }

  function lastId(): number {
    return isStarted ? previous.id : sealing.lastId();
  }

  function notTheHead({ id, at }: Head): AppError {
    const replaced = findReplaced();
    if (replaced !== null) return cutOffAndReplaced(replaced, id, at);
    const message = `Row ${id} of the audit log is not the row that audit.head names. Rows up to it were written anew.`;
    return broken('rewritten', id, message);
  }

  function cutOffAtEnd({ id, at }: Head): AppError {
    const replaced = findReplaced();
    if (replaced !== null) return cutOffAndReplaced(replaced, id, at);
    const last = lastId();
    const message = `The audit log was cut off: it ends with row ${last}, but audit.head names row ${id}.`;
    return broken('cut_off', last + 1, message);
  }
}

/** Gathers the rows of earlier versions and compares them with their seal, the first row with a hash. */
function createSealing() {
  const sha256 = crypto.createHash('sha256');
  let rows = 0;
  let firstId = 1;
  let lastId = 0;
  let firstGap: number | null = null;

  return {
    count: () => rows,
    lastId: () => lastId,

    add({ id, row }: ChainRow) {
      if (rows === 0) firstId = id;
      if (id !== lastId + 1) firstGap ??= lastId + 1;
      lastId = id;
      rows += 1;
      sha256.update(`${row}\n`);
    },

    /** Throws unless the row fits those gathered. */
    judge(row: ChainRow) {
      if (!isSeal(row)) throw row.id > lastId + 1 ? gap(lastId + 1, row.id, false) : unsealed();
      if (row.row === null || row.hash !== chainHash('', row.row)) throw changed(row.id);
      const sealed = readSeal(row);
      const missing = Number(sealed.rows) - rows;
      if (missing > 0) {
        const message = `${missing === 1 ? 'A row is' : `${missing} rows are`} missing among those that row ${row.id} seals.`;
        throw broken('missing', firstGap ?? lastId + 1, message);
      }
      if (missing < 0 || sha256.digest('hex') !== sealed.sha256) {
        const message = `The rows of the audit log before row ${row.id} are not those that it seals: one was changed or added.`;
        throw broken('changed', firstId, message);
      }
    },

    unsealed,

    /** The rows have no hashes, although one was in audit.head. */
    unchained({ id }: Head): AppError {
      const message = `Row ${firstId} of the audit log has no hash, but row ${id} had one when audit.head was written: hashes were removed.`;
      return broken('changed', firstId, message);
    },
  };

  function unsealed(): AppError {
    return broken('changed', firstId, `Row ${firstId} of the audit log has no hash, and no row seals it.`);
  }
}

function isSeal({ row }: ChainRow): boolean {
  return row !== null && (JSON.parse(row) as unknown[])[eventAt] === sealEvent;
}

/** Positions in the covered columns. */
const [eventAt, detailAt] = [3, 7];

/** Without its detail it seals nothing. */
function readSeal({ row }: ChainRow): { rows: unknown; sha256: unknown } {
  try {
    const { rows, sha256 } = JSON.parse(String((JSON.parse(String(row)) as unknown[])[detailAt]));
    return { rows, sha256 };
  } catch {
    return { rows: 0, sha256: null };
  }
}
