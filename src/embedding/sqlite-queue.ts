// The embedding queue in chl.db: an entry waits when its `embedding_status` says pending; a task row exists only while it
// is claimed, tried again or failed. Each step is one short transaction, so many processes can share the queue.
import { setImmediate } from 'node:timers/promises';
import { type Db, withoutSync } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { cut } from '../library/rules.ts';
import { contentHash, embeddedText, type Kind, kinds } from '../library/content.ts';
import { modelOf, useModel } from './model-change.ts';
import {
  backOffMs,
  type Claim,
  type ClaimRequest,
  type EmbeddingQueue,
  type EntryKey,
  type FailedEntry,
} from './queue.ts';
import { type DueRow, type FailedRow, prepareQueue } from './queue-statements.ts';
import { prepareQueueCounts } from './repository.ts';

const mostDeaths = 3;
/** Entries a transaction, so that other programs that write the file never wait long. */
const batchSize = 500;
const longestError = 500;

/** `library` is one that `prepareLibrary` has seen. */
export function createSqliteQueue(library: Db, now = () => new Date()): EmbeddingQueue {
  const statements = prepareQueue(library);
  const { due, entries, failed } = statements;
  const queueCounts = prepareQueueCounts(library);
  const inTransaction = <T>(work: () => T): T => library.transaction(work).immediate();
  // A loss of power may undo whole transactions, the last ones first: then entries wait that did before, and no more.
  const inUnsyncedTransaction = <T>(work: () => T): T => withoutSync(library, () => inTransaction(work));
  const later = (ms: number) => new Date(now().getTime() + ms).toISOString();
  const nowText = () => later(0);

  return {
    useModel: (model) => useModel(library, model),

    enqueue: async (keys) => {
      let added = 0;
      for (let at = 0; at < keys.length; at += batchSize) {
        if (at > 0) await setImmediate();
        added += inTransaction(() => enqueueBatch(keys.slice(at, at + batchSize)));
      }
      return added;
    },

    claim: async (request) => inUnsyncedTransaction(() => claimBatch(request)),

    extend: async (claimant, claims, leaseMs) =>
      inUnsyncedTransaction(() => {
        const times = { claimant, now: nowText(), lease_until: later(leaseMs) };
        return claims.filter((claim) => statements.extend.run({ ...keyOf(claim), ...times }).changes === 1);
      }),

    complete: async (claimant, model, done) => {
      // What needs no lock is done before it: nobody else writes meanwhile.
      const rows = done.map((one) => toRow(model, one));
      return inUnsyncedTransaction(() => completeBatch(claimant, model, rows));
    },

    fail: async (claimant, claims, error) =>
      inTransaction(() => claims.filter((claim) => failOne(claimant, claim, error)).length),

    release: async (claimant, claims) =>
      inTransaction(() => {
        if (!claims) {
          return statements.forgetClaims.run(claimant).changes + statements.dropClaims.run(claimant).changes;
        }
        return claims.filter((claim) => {
          const held = { ...keyOf(claim), claimant };
          return statements.forgetClaim.run(held).changes + statements.dropClaim.run(held).changes > 0;
        }).length;
      }),

    bury: async (claimant, error) =>
      inTransaction(() => {
        const buried = statements.countDeath.all({ claimant, error: cut(error, longestError) });
        for (const { kind, id, deaths } of buried) if (deaths >= mostDeaths) giveUp({ kind, id });
        return buried.length;
      }),

    retryFailed: async ({ kind, category = null, entry = null } = {}) => {
      let retried = 0;
      for (const chosen of kind ? [kind] : kinds) {
        for (let changes = batchSize; changes === batchSize; retried += changes) {
          changes = entries[chosen].retryFailed.run({ category, entry, size: batchSize }).changes;
          await setImmediate();
        }
      }
      return retried;
    },

    counts: async () => queueCounts(),

    oldestPendingAt: async () => {
      const { pending } = queueCounts();
      return pending.total === 0 ? null : oldestOf(statements.waiting.get());
    },

    failed: async (limit) => {
      const ours = failed.ours.all(limit);
      const others = ours.length < limit ? failed.others.all(limit - ours.length) : [];
      return [...ours, ...others].map(toFailedEntry);
    },
  };

  function enqueueBatch(keys: EntryKey[]): number {
    return keys.filter(({ kind, id }) => {
      statements.forgetAttempts.run({ kind, id, now: nowText() });
      return entries[kind].markWaiting.run({ id }).changes === 1;
    }).length;
  }

  function claimBatch({ claimant, model, size, leaseMs, selection = {}, isUrgent }: ClaimRequest): Claim[] {
    refuseOtherModel(modelOf(library).name, model.name);
    const { category = null, entry = null } = selection;
    const scope = entry !== null ? 'entry' : category !== null ? 'category' : 'all';
    const wanted = { now: nowText(), due_by: isUrgent ? '9999' : nowText(), category, entry };
    const read = (kind: Kind, most: number, is_suspect: 0 | 1 = 0) =>
      due[kind][scope].all({ ...wanted, size: most, is_suspect });
    const rows = fairShare(read, size, statements.lastFence.get() as number);
    // Whose text may have ended a process is alone with it, after all others.
    if (rows.length === 0) rows.push(...kinds.flatMap((kind) => read(kind, 1, 1)).slice(0, 1));
    if (rows.length === 0) return [];
    const fence = statements.nextFence.get() as number;
    const lease_until = later(leaseMs);
    return rows.map(({ attempts, ...text }) => {
      statements.claim.run(text.kind, text.id, claimant, fence, lease_until);
      return { ...text, fence, attempt: attempts + 1 };
    });
  }

  function completeBatch(claimant: string, model: Dimensioned, rows: VectorRow[]): number {
    const { name, dimension } = modelOf(library);
    if (name !== model.name || dimension !== model.dimension) return 0;
    const now = nowText();
    const embedded = { experience: 0, manual: 0 };
    statements.beginSettling.run();
    const settled = rows.filter((row) => settleOne(claimant, model, row, now));
    const others = settled.filter(({ kind, id }) => {
      const isCounted = entries[kind].markEmbedded.run(id, 'pending').changes === 1;
      if (isCounted) embedded[kind] += 1;
      return !isCounted;
    });
    statements.endSettling.run(embedded.experience, embedded.manual);
    // Another program has marked these as failed meanwhile, but here are their vectors; the triggers count them.
    for (const { kind, id } of others) entries[kind].markEmbedded.run(id, 'failed');
    return settled.length;
  }

  /** Whether its vector was written. The claim of an entry whose text has changed is gone: a trigger removes it. */
  function settleOne(claimant: string, model: Dimensioned, row: VectorRow, now: string): boolean {
    const { kind, id, fence, bytes, hash } = row;
    if (statements.settle.run(kind, id, claimant, fence, now).changes === 0) return false;
    statements.dropEmbedding.run(id, kind, model.name);
    statements.addEmbedding.run(id, kind, model.name, model.version, model.dimension, bytes, now, hash);
    return true;
  }

  /** Whether the claim was still held. */
  function failOne(claimant: string, claim: Claim, error: string): boolean {
    const key = keyOf(claim);
    const failure = { ...key, claimant, now: nowText(), error: cut(error, longestError) };
    const attempts = statements.countFailure.get(failure);
    if (attempts === undefined) return false;
    const backOff = backOffMs[attempts - 1];
    if (backOff !== undefined) {
      statements.setNextAttempt.run({ ...key, at: later(backOff) });
    } else {
      giveUp(claim);
    }
    return true;
  }

  function giveUp({ kind, id }: EntryKey) {
    statements.setFailed.run({ kind, id, now: nowText() });
    entries[kind].markFailed.run({ id });
  }
}

function keyOf({ kind, id, fence }: Claim) {
  return { kind, id, fence };
}

function refuseOtherModel(current: string | null, model: string) {
  if (current === model) return;
  throw new AppError(
    'config',
    current === null
      ? `Nobody has said yet which model the library is embedded with, so ${model} may not begin.`
      : `The library is embedded with ${current} by now, not with ${model}. Start again with the server's settings.`,
  );
}

/** Half of each kind while both wait; an odd one goes to each kind in turn. What is not taken is not read either. */
function fairShare(read: (kind: Kind, most: number) => DueRow[], size: number, turn: number): DueRow[] {
  const half = turn % 2 === 0 ? Math.floor(size / 2) : Math.ceil(size / 2);
  const manuals = read('manual', half);
  const experiences = read('experience', size - manuals.length);
  const room = size - experiences.length;
  return [...experiences, ...(room > half && manuals.length === half ? read('manual', room) : manuals)];
}

type Dimensioned = Parameters<EmbeddingQueue['complete']>[1];
type VectorRow = Pick<Claim, 'kind' | 'id' | 'fence'> & { bytes: Buffer; hash: string };

function toRow(model: Dimensioned, { claim, vector }: { claim: Claim; vector: Float32Array }): VectorRow {
  const { kind, id, fence } = claim;
  if (vector.length !== model.dimension) {
    throw new Error(`${model.name} gave ${vector.length} numbers for ${id}, not ${model.dimension}.`);
  }
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return { kind, id, fence, bytes, hash: contentHash(embeddedText(claim)) };
}

/** An imported entry may have changed long before it began to wait: then the queue's own mark counts. */
function oldestOf(waiting: { pending_since: string | null; oldest_change: string | null } | undefined) {
  const { pending_since, oldest_change } = waiting ?? { pending_since: null, oldest_change: null };
  const changedAt = Date.parse(oldest_change ?? '');
  if (Number.isNaN(changedAt)) return pending_since;
  const changed = new Date(changedAt).toISOString();
  return pending_since !== null && pending_since > changed ? pending_since : changed;
}

function toFailedEntry({ error, ...row }: FailedRow): FailedEntry {
  return { ...row, error: error ?? 'Another program marked it as failed.' };
}
