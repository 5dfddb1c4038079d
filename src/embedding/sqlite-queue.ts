// The embedding queue in chl.db. An entry waits when its `embedding_status` is pending; it has a task row only while it is
// claimed, waits for its next attempt or has failed. Each step is one short transaction, so many processes can share it.
import { setImmediate } from 'node:timers/promises';
import { type Db, withoutSync } from '../core/db/open.ts';
import { type Kind, kinds } from '../library/content.ts';
import { modelOf, useModel } from './model-change.ts';
import {
  claimDue,
  completeRows,
  countDeaths,
  failClaim,
  listFailed,
  refuseOtherModel,
  toRow,
} from './queue-steps.ts';
import { prepareQueue, type QueueStatements, type Waiting } from './queue-statements.ts';
import { type Claim, type EmbeddingQueue, type EntryKey, sumOf } from './queue.ts';
import { prepareQueueCounts } from './repository.ts';

/** Entries a transaction, so that other programs never wait long to write. */
const batchSize = 500;

/** Expects a library that `prepareLibrary` has prepared. */
export function createSqliteQueue(library: Db, now = () => new Date()): EmbeddingQueue {
  const statements = prepareQueue(library);
  const queueCounts = prepareQueueCounts(library);
  const inTransaction = <T>(work: () => T): T => library.transaction(work).immediate();
  // A power loss may undo the last transactions; then entries that were claimed or embedded wait again.
  const inUnsyncedTransaction = <T>(work: () => T): T => withoutSync(library, () => inTransaction(work));
  const leaseFrom = (at: Date, leaseMs: number) => new Date(at.getTime() + leaseMs).toISOString();

  return {
    useModel: (model) => useModel(library, model),

    enqueue: (keys) =>
      inBatches(keys, (batch) => inTransaction(() => enqueueBatch(statements, batch, now().toISOString()))),

    claim: async (request) =>
      inUnsyncedTransaction(() => {
        refuseOtherModel(modelOf(library).name, request.model.name);
        const at = now();
        const times = { now: at.toISOString(), leaseUntil: leaseFrom(at, request.leaseMs) };
        return claimDue(statements, request, times);
      }),

    extend: async (claimant, claims, leaseMs) =>
      inUnsyncedTransaction(() => {
        const at = now();
        const times = { claimant, now: at.toISOString(), lease_until: leaseFrom(at, leaseMs) };
        return claims.filter((claim) => statements.extend.run({ ...keyOf(claim), ...times }).changes === 1);
      }),

    complete: async (claimant, model, done) => {
      const rows = done.map((one) => toRow(model, one));
      return inUnsyncedTransaction(() => {
        const { name, dimension } = modelOf(library);
        if (name !== model.name || dimension !== model.dimension) return 0;
        return completeRows(statements, { claimant, model, rows, now: now().toISOString() });
      });
    },

    fail: async (claimant, claims, error) =>
      inTransaction(() => {
        const failure = { claimant, error, now: now() };
        return claims.filter((claim) => failClaim(statements, claim, failure)).length;
      }),

    release: async (claimant, claims) => inTransaction(() => release(statements, claimant, claims)),

    quarantine: async (claimant, error, claims) =>
      inTransaction(() => countDeaths(statements, { claimant, error, now: now() }, claims)),

    retryFailed: (selection = {}) => retryFailed(statements, selection),

    counts: async () => queueCounts(),

    oldestPendingAt: async (chosen = kinds) =>
      sumOf(queueCounts().pending, chosen) === 0 ? null : oldestOf(statements.waiting.get(), chosen),

    failed: async (limit) => listFailed(statements, limit),
  };
}

/** Lets the event loop run between two batches; returns the sum. */
async function inBatches<T>(items: T[], work: (batch: T[]) => number): Promise<number> {
  let sum = 0;
  for (let at = 0; at < items.length; at += batchSize) {
    if (at > 0) await setImmediate();
    sum += work(items.slice(at, at + batchSize));
  }
  return sum;
}

function enqueueBatch({ forgetAttempts, entries }: QueueStatements, keys: EntryKey[], now: string): number {
  return keys.filter(({ kind, id }) => {
    forgetAttempts.run({ kind, id, now });
    return entries[kind].markWaiting.run({ id }).changes === 1;
  }).length;
}

function release(statements: QueueStatements, claimant: string, claims?: Claim[]): number {
  if (!claims) {
    return statements.forgetClaims.run(claimant).changes + statements.dropClaims.run(claimant).changes;
  }
  return claims.filter((claim) => {
    const held = { ...keyOf(claim), claimant };
    return statements.forgetClaim.run(held).changes + statements.dropClaim.run(held).changes > 0;
  }).length;
}

function keyOf({ kind, id, fence }: Claim) {
  return { kind, id, fence };
}

type RetrySelection = NonNullable<Parameters<EmbeddingQueue['retryFailed']>[0]>;

async function retryFailed({ entries }: QueueStatements, selection: RetrySelection): Promise<number> {
  const { kind, category = null, entry = null } = selection;
  let retried = 0;
  for (const chosen of kind ? [kind] : kinds) {
    for (let changes = batchSize; changes === batchSize; retried += changes) {
      changes = entries[chosen].retryFailed.run({ category, entry, size: batchSize }).changes;
      await setImmediate();
    }
  }
  return retried;
}

/** An imported entry may have changed long before it was enqueued: then the time that the queue noted counts. */
function oldestOf(waiting: Waiting | undefined, chosen: readonly Kind[]) {
  if (!waiting) return null;
  const { pending_since } = waiting;
  const [oldestChange = ''] = chosen.flatMap((kind) => waiting[kind] ?? []).sort();
  const changedAt = Date.parse(oldestChange);
  if (Number.isNaN(changedAt)) return pending_since;
  const changed = new Date(changedAt).toISOString();
  return pending_since !== null && pending_since > changed ? pending_since : changed;
}
