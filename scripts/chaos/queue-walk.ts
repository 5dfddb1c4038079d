// A simple model of the embedding queue, and a random walk: after each step the queue must agree with the model. `npm test`
// uses fixed seeds, `npm run chaos` prints the one it uses.
import fs from 'node:fs';
import type { Kind } from '../../src/library/content.ts';
import { backOffMs, type Claim } from '../../src/embedding/queue.ts';
import { createRandom, pick } from '../random.ts';
import { leaseMs, type OpenQueue, openQueueBench, type QueueBench } from './queue-bench.ts';
import { createQueueEntries, type Status } from './queue-entries.ts';

type ModelEntry = {
  kind: Kind;
  status: Status;
  attempts: number;
  /** How many processes died while they held its claim. */
  deaths: number;
  dueAt: number;
  claim: { claimant: string; fence: number; until: number } | null;
};

type Held = { claimant: string; claim: Claim };

const claimants = ['ada', 'bob', 'eve'] as const;
const maxAttempts = 3;
const maxDeaths = 3;
const statuses = ['pending', 'embedded', 'failed'] as const;
const never = { attempts: 0, deaths: 0, dueAt: 0, claim: null };

/** Creates `root`. `difference` names the first step after which queue and model differ, or is null. */
export async function walkQueue(options: {
  root: string;
  openQueue: OpenQueue;
  seed: number;
  steps: number;
}): Promise<{ steps: number; difference: string | null }> {
  const { root, openQueue, seed, steps } = options;
  fs.mkdirSync(root, { recursive: true });
  const bench = await openQueueBench(root, openQueue);
  try {
    const walk = startWalk(bench, seed);
    for (let step = 1; step <= steps; step++) {
      const { title, gave, wanted } = await walk.step();
      const { found, modelled } = await walk.compare();
      const [is, should] = [JSON.stringify([gave, found]), JSON.stringify([wanted, modelled])];
      if (is !== should)
        return {
          steps: step,
          difference: `step ${step}, ${title}: the queue gave ${is}, the model ${should}`,
        };
    }
    return { steps, difference: null };
  } finally {
    bench.close();
  }
}

function startWalk(bench: QueueBench, seed: number) {
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
  const isDue = ({ status, dueAt, claim }: ModelEntry) =>
    status === 'pending' && dueAt <= now() && (claim === null || claim.until <= now());
  const reset = (entry: ModelEntry, status: ModelEntry['status']) =>
    Object.assign(entry, { ...never, status });
  const someGiven = (): { claimant: string; claims: Claim[]; held: ModelEntry[] } => {
    const claimant = pick(random, claimants);
    const mine = given.filter((one) => one.claimant === claimant && random(3) > 0).slice(-8);
    const held = mine.filter(isHeld).map(({ claim }) => entries.get(claim.id) as ModelEntry);
    return { claimant, claims: mine.map(({ claim }) => claim), held };
  };
  const someIds = () => [...entries.keys()].filter(() => random(6) === 0);

  const steps: Record<string, () => Promise<[gave: unknown, wanted: unknown]>> = {
    async add() {
      const id = `${random(3) ? 'E' : 'M'}${added++}`;
      written.add(id);
      entries.set(id, { ...never, kind: id.startsWith('E') ? 'experience' : 'manual', status: 'pending' });
      return [null, null];
    },
    async remove() {
      for (const id of someIds().slice(0, 1)) {
        written.remove(id);
        entries.delete(id);
      }
      return [null, null];
    },
    async rewrite() {
      for (const id of someIds()) {
        written.rewrite(id);
        reset(entries.get(id) as ModelEntry, 'pending');
      }
      return [null, null];
    },
    /** As another program's `INSERT OR REPLACE` does. */
    async replace() {
      for (const id of someIds().filter(() => random(3) === 0)) {
        const status = pick(random, statuses);
        written.replace(id, status);
        reset(entries.get(id) as ModelEntry, status);
      }
      return [null, null];
    },
    async ignore() {
      for (const id of someIds()) written.ignore(id);
      return [null, null];
    },
    async markElsewhere() {
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
    async pass() {
      bench.pass(pick(random, [1_000, 5_000, 30_000, leaseMs]));
      return [null, null];
    },
    async claim() {
      const claimant = pick(random, claimants);
      const size = 1 + random(6);
      const due = [...entries].filter(([, entry]) => isDue(entry));
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
    async complete() {
      const { claimant, claims, held } = someGiven();
      const gave = await bench.complete(claims, claimant, random(2) ? queue : elsewhere);
      for (const entry of held) reset(entry, 'embedded');
      return [gave, held.length];
    },
    async fail() {
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
    async extend() {
      const { claimant, claims, held } = someGiven();
      const gave = await queue.extend(claimant, claims, leaseMs);
      for (const entry of held) if (entry.claim) entry.claim.until = now() + leaseMs;
      return [gave.length, held.length];
    },
    async releaseAll() {
      const claimant = pick(random, claimants);
      await queue.release(claimant);
      for (const entry of entries.values()) if (entry.claim?.claimant === claimant) entry.claim = null;
      return [null, null];
    },
    async release() {
      const { claimant, claims } = someGiven();
      await queue.release(claimant, claims);
      for (const claim of claims) {
        const entry = entries.get(claim.id);
        if (entry?.claim?.claimant === claimant && entry.claim.fence === claim.fence) entry.claim = null;
      }
      return [null, null];
    },
    /** A claimant's process dies; its expired claims count, too. */
    async quarantine() {
      const claimant = pick(random, claimants);
      const held = [...entries.values()].filter(({ claim }) => claim?.claimant === claimant);
      const gave = await queue.quarantine(claimant, 'its process ended');
      for (const entry of held) {
        Object.assign(entry, { deaths: entry.deaths + 1, claim: null });
        if (entry.deaths >= maxDeaths) entry.status = 'failed';
      }
      return [gave, held.length];
    },
    async enqueue() {
      const ids = someIds().filter((id) => entries.get(id)?.claim === null);
      const changed = ids.filter((id) => entries.get(id)?.status !== 'pending').length;
      const gave = await queue.enqueue(ids.map((id) => ({ id, kind: (entries.get(id) as ModelEntry).kind })));
      for (const id of ids) reset(entries.get(id) as ModelEntry, 'pending');
      return [gave, changed];
    },
    async retryFailed() {
      const kind = pick(random, ['experience', 'manual', undefined] as const);
      const failed = [...entries.values()].filter(
        (entry) => entry.status === 'failed' && (kind === undefined || entry.kind === kind),
      );
      const gave = await queue.retryFailed({ kind });
      for (const entry of failed) reset(entry, 'pending');
      return [gave, failed.length];
    },
  };
  const often = ['add', 'add', 'claim', 'claim', 'claim', 'complete', 'fail', 'fail', 'pass'];
  const titles = [...Object.keys(steps), ...often] as [string, ...string[]];

  return {
    async step() {
      const title = pick(random, titles);
      const [gave, wanted] = await (steps[title] as () => Promise<[unknown, unknown]>)();
      return { title, gave, wanted };
    },
    compare: async () => {
      const counts = await elsewhere.counts();
      const listed = (await elsewhere.failed(entries.size)).length;
      const isInBounds = written.maxAttempts() <= maxAttempts;
      return {
        found: { ...counts, listed, totals: written.totals(), isInBounds },
        modelled: countOf([...entries.values()]),
      };
    },
  };
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

function countOf(entries: ModelEntry[]) {
  const ofKind = (kind: Kind, status?: string) =>
    entries.filter((entry) => entry.kind === kind && (status === undefined || entry.status === status))
      .length;
  const byKind = (status: string) => {
    const [experiences, manuals] = [ofKind('experience', status), ofKind('manual', status)];
    return { experiences, manuals, total: experiences + manuals };
  };
  const failed = byKind('failed');
  return {
    pending: byKind('pending'),
    failed,
    listed: failed.total,
    totals: { experiences: ofKind('experience'), manuals: ofKind('manual') },
    isInBounds: true,
  };
}
