// The steps of the embedding queue in chl.db. Each that writes runs inside the caller's transaction.
import { AppError } from '../core/errors.ts';
import { contentHash, embeddedText, type Kind, kinds } from '../library/content.ts';
import { cut } from '../library/rules.ts';
import type { DueRow, QueueStatements } from './queue-statements.ts';
import {
  backOffMs,
  type Claim,
  type ClaimRequest,
  type EmbeddingQueue,
  type EntryKey,
  type FailedEntry,
} from './queue.ts';

/** `now` and `leaseUntil`: ISO 8601 UTC. */
type Times = { now: string; leaseUntil: string };

/** Claims up to `size` entries that are due. An entry that has ended a process before comes last, and alone. */
export function claimDue(statements: QueueStatements, request: ClaimRequest, times: Times): Claim[] {
  const { claimant, size } = request;
  const read = prepareRead(statements, request, times.now);
  const rows = fairShare(read, size, statements.lastFence.get() as number);
  if (rows.length === 0) rows.push(...kinds.flatMap((kind) => read(kind, 1, 1)).slice(0, 1));
  if (rows.length === 0) return [];
  const fence = statements.nextFence.get() as number;
  return rows.map(({ attempts, ...text }) => {
    statements.claim.run(text.kind, text.id, claimant, fence, times.leaseUntil);
    return { ...text, fence, attempt: attempts + 1 };
  });
}

/** Throws `config` unless the library is embedded with this model. */
export function refuseOtherModel(current: string | null, model: string) {
  if (current === model) return;
  throw new AppError(
    'config',
    current === null
      ? `The library has no embedding model yet, so ${model} may not begin. Start the server first.`
      : `The library is now embedded with ${current}, not with ${model}. Restart with the server's settings.`,
  );
}

type Read = (kind: Kind, max: number, isSuspect?: 0 | 1) => DueRow[];

function prepareRead({ due }: QueueStatements, request: ClaimRequest, now: string): Read {
  const { kinds: wantedKinds = kinds } = request;
  const { category = null, entry = null } = request.selection ?? {};
  const scope = entry !== null ? 'entry' : category !== null ? 'category' : 'all';
  const wanted = { now, due_by: request.isUrgent ? '9999' : now, category, entry };
  return (kind, max, isSuspect = 0) =>
    wantedKinds.includes(kind) ? due[kind][scope].all({ ...wanted, size: max, is_suspect: isSuspect }) : [];
}

/** Takes half of each kind while both wait; the odd one goes to each kind in turn. Reads no more rows than it takes. */
function fairShare(read: Read, size: number, turn: number): DueRow[] {
  const half = turn % 2 === 0 ? Math.floor(size / 2) : Math.ceil(size / 2);
  const manuals = read('manual', half);
  const experiences = read('experience', size - manuals.length);
  const room = size - experiences.length;
  return [...experiences, ...(room > half && manuals.length === half ? read('manual', room) : manuals)];
}

type VectorModel = Parameters<EmbeddingQueue['complete']>[1];
type VectorRow = Pick<Claim, 'kind' | 'id' | 'fence'> & { bytes: Buffer; hash: string };

/** Prepares a row outside of the transaction, which keeps the lock short. Throws for a vector of another dimension. */
export function toRow(model: VectorModel, { claim, vector }: { claim: Claim; vector: Float32Array }) {
  const { kind, id, fence } = claim;
  if (vector.length !== model.dimension) {
    throw new Error(`${model.name} returned ${vector.length} numbers for ${id}, not ${model.dimension}.`);
  }
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return { kind, id, fence, bytes, hash: contentHash(embeddedText(claim)) };
}

/** Returns how many vectors were written; `now` is ISO 8601 UTC. */
export function completeRows(
  statements: QueueStatements,
  { claimant, model, rows, now }: { claimant: string; model: VectorModel; rows: VectorRow[]; now: string },
): number {
  const embedded = { experience: 0, manual: 0 };
  statements.beginSettling.run();
  const settled = rows.filter((row) => settle(row));
  const others = settled.filter(({ kind, id }) => {
    const wasPending = statements.entries[kind].markEmbedded.run(id, 'pending').changes === 1;
    if (wasPending) embedded[kind] += 1;
    return !wasPending;
  });
  statements.endSettling.run(embedded.experience, embedded.manual);
  // Another program has marked these entries as failed during the embedding; the triggers count them.
  for (const { kind, id } of others) statements.entries[kind].markEmbedded.run(id, 'failed');
  return settled.length;

  /** Returns whether the claim was still held. A trigger removes the claim of an entry whose text changes. */
  function settle({ kind, id, fence, bytes, hash }: VectorRow): boolean {
    if (statements.settle.run(kind, id, claimant, fence, now).changes === 0) return false;
    statements.dropEmbedding.run(id, kind, model.name);
    statements.addEmbedding.run(id, kind, model.name, model.version, model.dimension, bytes, now, hash);
    return true;
  }
}

const maxDeaths = 3;
const maxErrorLength = 500;

/** Returns whether the claim was still held. The entry is retried after its back-off, or marked as failed. */
export function failClaim(
  statements: QueueStatements,
  { kind, id, fence }: Claim,
  { claimant, error, now }: { claimant: string; error: string; now: Date },
): boolean {
  const failure = { kind, id, fence, claimant, now: now.toISOString(), error: cut(error, maxErrorLength) };
  const attempts = statements.countFailure.get(failure);
  if (attempts === undefined) return false;
  const waitMs = backOffMs[attempts - 1];
  if (waitMs === undefined) giveUp(statements, { kind, id }, now);
  else statements.setNextAttempt.run({ kind, id, at: new Date(now.getTime() + waitMs).toISOString() });
  return true;
}

type Death = { claimant: string; error: string; now: Date };

/** Takes claims back, or all of a dead process; returns how many. An entry fails with its third death. */
export function countDeaths(
  statements: QueueStatements,
  { claimant, error, now }: Death,
  claims?: Claim[],
): number {
  const death = { claimant, error: cut(error, maxErrorLength) };
  const counted = claims
    ? claims.flatMap(({ kind, id, fence }) => statements.countDeath.all({ ...death, kind, id, fence }))
    : statements.countDeaths.all(death);
  for (const { kind, id, deaths } of counted) if (deaths >= maxDeaths) giveUp(statements, { kind, id }, now);
  return counted.length;
}

function giveUp(statements: QueueStatements, { kind, id }: EntryKey, now: Date) {
  statements.setFailed.run({ kind, id, now: now.toISOString() });
  statements.entries[kind].markFailed.run({ id });
}

/** Lists entries that the queue gave up, newest first, then those that another program marked as failed. */
export function listFailed({ failed }: QueueStatements, limit: number): FailedEntry[] {
  const ours = failed.ours.all(limit);
  const others = ours.length < limit ? failed.others.all(limit - ours.length) : [];
  return [...ours, ...others];
}
