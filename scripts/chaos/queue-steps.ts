// The steps of the walk over the embedding queue: each does something to the queue and the same to the model.
import type { Kind } from '../../src/library/content.ts';
import { backOffMs, type Claim } from '../../src/embedding/queue.ts';
import { createRandom, pick } from '../random.ts';
import { leaseMs, type QueueBench } from './queue-bench.ts';
import { createQueueEntries, type Status } from './queue-entries.ts';

export type ModelEntry = {
  kind: Kind;
  status: Status;
  attempts: number;
  /** How many processes died while they held its claim. */
  deaths: number;
  dueAt: number;
  claim: { claimant: string; fence: number; until: number } | null;
};

type Held = { claimant: string; claim: Claim };

/** Returns the queue's answer and the answer that the model expects. */
type Step = (walk: Walk) => Promise<[gave: unknown, wanted: unknown]>;

export type Walk = ReturnType<typeof createWalk>;

const claimants = ['ada', 'bob', 'eve'] as const;
const maxDeaths = 3;
const statuses = ['pending', 'embedded', 'failed'] as const;
const never = { attempts: 0, deaths: 0, dueAt: 0, claim: null };

/** The model, the queue it is compared with, and random choices from both. */
export function createWalk(bench: QueueBench, seed: number) {
  const random = createRandom(seed);
  const { library, queue, elsewhere, now } = bench;
  const written = createQueueEntries(library);
  const entries = new Map<string, ModelEntry>();
  /** Every claim ever made, lost ones included. */
  const given: Held[] = [];
  let added = 0;

  const isHeld = ({ claimant, claim }: Held) => {
    const held = entries.get(claim.id)?.claim;
    return held?.claimant === claimant && held.fence === claim.fence && held.until > now();
  };

  return {
    bench,
    random,
    queue,
    elsewhere,
    now,
    written,
    entries,
    given,
    nextId: () => `${random(3) ? 'E' : 'M'}${added++}`,
    someIds: () => [...entries.keys()].filter(() => random(6) === 0),
    someGiven(): { claimant: string; claims: Claim[]; held: ModelEntry[] } {
      const claimant = pick(random, claimants);
      const mine = given.filter((one) => one.claimant === claimant && random(3) > 0).slice(-8);
      const held = mine.filter(isHeld).map(({ claim }) => entries.get(claim.id) as ModelEntry);
      return { claimant, claims: mine.map(({ claim }) => claim), held };
    },
  };
}

export const walkSteps: Record<string, Step> = {
  async add({ entries, written, nextId }) {
    const id = nextId();
    written.add(id);
    entries.set(id, { ...never, kind: id.startsWith('E') ? 'experience' : 'manual', status: 'pending' });
    return [null, null];
  },
  async remove({ entries, written, someIds }) {
    for (const id of someIds().slice(0, 1)) {
      written.remove(id);
      entries.delete(id);
    }
    return [null, null];
  },
  async rewrite({ entries, written, someIds }) {
    for (const id of someIds()) {
      written.rewrite(id);
      reset(entries.get(id) as ModelEntry, 'pending');
    }
    return [null, null];
  },
  /** As another program's `INSERT OR REPLACE` does. */
  async replace({ random, entries, written, someIds }) {
    for (const id of someIds().filter(() => random(3) === 0)) {
      const status = pick(random, statuses);
      written.replace(id, status);
      reset(entries.get(id) as ModelEntry, status);
    }
    return [null, null];
  },
  async ignore({ written, someIds }) {
    for (const id of someIds()) written.ignore(id);
    return [null, null];
  },
  async markElsewhere({ random, entries, written, someIds }) {
    const status = pick(random, statuses);
    for (const id of someIds().filter(() => random(3) === 0)) {
      const entry = entries.get(id) as ModelEntry;
      written.mark(id, status);
      if (entry.status === status) continue;
      if (status === 'failed') entry.status = status;
      else reset(entry, status);
    }
    return [null, null];
  },
  async pass({ random, bench }) {
    bench.pass(pick(random, [1_000, 5_000, 30_000, leaseMs]));
    return [null, null];
  },
  async claim({ random, entries, given, queue, elsewhere, bench, now }) {
    const claimant = pick(random, claimants);
    const size = 1 + random(6);
    const due = [...entries].filter(([, entry]) => isDue(entry, now()));
    const suspects = idsOf(due.filter(([, { deaths }]) => deaths > 0));
    const others = idsOf(due.filter(([, { deaths }]) => deaths === 0));
    const claims = await bench.claim({ claimant, size }, random(2) ? queue : elsewhere);
    // An entry that has ended a process comes last, and alone.
    const [from, max] = others.length > 0 ? [others, size] : [suspects, 1];
    const attempts = claims.map(({ id }) => attemptOf(entries.get(id)));
    const wereDue = claims.every(({ id }) => from.includes(id));
    for (const claim of claims) {
      const entry = entries.get(claim.id) as ModelEntry;
      entry.claim = { claimant, fence: claim.fence, until: now() + leaseMs };
      given.push({ claimant, claim });
    }
    const gave = { size: claims.length, wereDue, attempts: claims.map(({ attempt }) => attempt) };
    const wanted = { size: Math.min(max, from.length), wereDue: true, attempts };
    return [
      { ...gave, isFair: max < size || isFair(claims, from, size) },
      { ...wanted, isFair: true },
    ];
  },
  async complete({ random, queue, elsewhere, bench, someGiven }) {
    const { claimant, claims, held } = someGiven();
    const gave = await bench.complete(claims, claimant, random(2) ? queue : elsewhere);
    for (const entry of held) reset(entry, 'embedded');
    return [gave, held.length];
  },
  async fail({ queue, now, someGiven }) {
    const { claimant, claims, held } = someGiven();
    const gave = await queue.fail(claimant, claims, 'no vector');
    for (const entry of held) {
      entry.attempts++;
      entry.claim = null;
      const backOff = backOffMs[entry.attempts - 1];
      if (backOff === undefined) entry.status = 'failed';
      else entry.dueAt = now() + backOff;
    }
    return [gave, held.length];
  },
  async extend({ queue, now, someGiven }) {
    const { claimant, claims, held } = someGiven();
    const gave = await queue.extend(claimant, claims, leaseMs);
    for (const entry of held) if (entry.claim) entry.claim.until = now() + leaseMs;
    return [gave.length, held.length];
  },
  async releaseAll({ random, entries, queue }) {
    const claimant = pick(random, claimants);
    await queue.release(claimant);
    for (const entry of entries.values()) if (entry.claim?.claimant === claimant) entry.claim = null;
    return [null, null];
  },
  async release({ entries, queue, someGiven }) {
    const { claimant, claims } = someGiven();
    await queue.release(claimant, claims);
    for (const claim of claims) {
      const entry = entries.get(claim.id);
      if (entry?.claim?.claimant === claimant && entry.claim.fence === claim.fence) entry.claim = null;
    }
    return [null, null];
  },
  /** A claimant's process dies; its expired claims count, too. */
  async quarantine({ random, entries, queue }) {
    const claimant = pick(random, claimants);
    const held = [...entries.values()].filter(({ claim }) => claim?.claimant === claimant);
    const gave = await queue.quarantine(claimant, 'its process ended');
    for (const entry of held) {
      Object.assign(entry, { deaths: entry.deaths + 1, claim: null });
      if (entry.deaths >= maxDeaths) entry.status = 'failed';
    }
    return [gave, held.length];
  },
  async enqueue({ entries, queue, someIds }) {
    const ids = someIds().filter((id) => entries.get(id)?.claim === null);
    const changed = ids.filter((id) => entries.get(id)?.status !== 'pending').length;
    const gave = await queue.enqueue(ids.map((id) => ({ id, kind: (entries.get(id) as ModelEntry).kind })));
    for (const id of ids) reset(entries.get(id) as ModelEntry, 'pending');
    return [gave, changed];
  },
  async retryFailed({ random, entries, queue }) {
    const kind = pick(random, ['experience', 'manual', undefined] as const);
    const failed = [...entries.values()].filter(
      (entry) => entry.status === 'failed' && (kind === undefined || entry.kind === kind),
    );
    const gave = await queue.retryFailed({ kind });
    for (const entry of failed) reset(entry, 'pending');
    return [gave, failed.length];
  },
};

function reset(entry: ModelEntry, status: Status) {
  Object.assign(entry, { ...never, status });
}

function isDue({ status, dueAt, claim }: ModelEntry, now: number): boolean {
  return status === 'pending' && dueAt <= now && (claim === null || claim.until <= now);
}

const idsOf = (some: [string, ModelEntry][]) => some.map(([id]) => id);

function attemptOf(entry: ModelEntry | undefined): number {
  return entry ? entry.attempts + entry.deaths + 1 : Number.NaN;
}

/** Each kind has half of the batch, or all of its due entries. */
function isFair(claims: Claim[], due: string[], size: number): boolean {
  const dueManuals = due.filter((id) => id.startsWith('M')).length;
  const manuals = claims.filter(({ kind }) => kind === 'manual').length;
  return (
    isShare(manuals, dueManuals, size) && isShare(claims.length - manuals, due.length - dueManuals, size)
  );
}

function isShare(claimed: number, due: number, size: number): boolean {
  return claimed === due || claimed >= Math.min(due, Math.floor(size / 2));
}
