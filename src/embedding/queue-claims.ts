// Claims of the embedding queue in chl.db. Every function runs inside the caller's transaction.
import { AppError } from '../core/errors.ts';
import { type Kind, kinds } from '../library/content.ts';
import type { Claim, ClaimRequest } from './queue.ts';
import type { DueRow, QueueStatements } from './queue-statements.ts';

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
  const { category = null, entry = null } = request.selection ?? {};
  const scope = entry !== null ? 'entry' : category !== null ? 'category' : 'all';
  const wanted = { now, due_by: request.isUrgent ? '9999' : now, category, entry };
  return (kind, max, isSuspect = 0) => due[kind][scope].all({ ...wanted, size: max, is_suspect: isSuspect });
}

/** Takes half of each kind while both wait; the odd one goes to each kind in turn. Reads no more rows than it takes. */
function fairShare(read: Read, size: number, turn: number): DueRow[] {
  const half = turn % 2 === 0 ? Math.floor(size / 2) : Math.ceil(size / 2);
  const manuals = read('manual', half);
  const experiences = read('experience', size - manuals.length);
  const room = size - experiences.length;
  return [...experiences, ...(room > half && manuals.length === half ? read('manual', room) : manuals)];
}
