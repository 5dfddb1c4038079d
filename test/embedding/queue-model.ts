// A model of the embedding queue that is too simple to be wrong, and a random sequence of steps that an implementation must
// take as the model does.
import type { Test } from 'tap';
import type { Kind } from '../../src/embedding/content.ts';
import type { Claim } from '../../src/embedding/queue.ts';
import { createRandom, pick } from '../../scripts/random.ts';
import { addExperience, addManual } from '../support/entries.ts';
import { type Bench, leaseMs, type OpenQueue, openBench } from './queue-contract.ts';

type ModelEntry = {
  kind: Kind;
  status: 'pending' | 'embedded' | 'failed';
  attempts: number;
  dueAt: number;
  claim: { claimant: string; fence: number; until: number } | null;
};

type Held = { claimant: string; claim: Claim };

const claimants = ['ada', 'bob', 'eve'] as const;
const attemptsMost = 3;
const backOffMs = [5_000, 30_000];

export function testQueueAgainstModel(t: Test, openQueue: OpenQueue, steps: number) {
  t.test('a random sequence of steps is taken as the model takes it', async (t) => {
    const seed = Number(process.env.QUEUE_SEED ?? Date.now() % 1_000_000);
    t.comment(`QUEUE_SEED=${seed}`);
    const walk = await openWalk(t, openQueue, seed);
    for (let i = 0; i < steps; i++) {
      const { title, gave, wanted } = await walk.step();
      const [counted, modelled] = await walk.counts();
      const isSame = JSON.stringify([gave, counted]) === JSON.stringify([wanted, modelled]);
      if (isSame) continue;
      t.same({ gave, counted }, { gave: wanted, counted: modelled }, `step ${i}: ${title}, seed ${seed}`);
      return;
    }
    t.pass(`${steps} steps`);
  });
}

async function openWalk(t: Test, openQueue: OpenQueue, seed: number) {
  const random = createRandom(seed);
  const bench = await openBench(t, openQueue);
  const { library, queue, elsewhere, now } = bench;
  const entries = new Map<string, ModelEntry>();
  /** Every claim that was ever given, lost ones too. */
  const given: Held[] = [];
  let added = 0;

  const isHeld = ({ claimant, claim }: Held) => {
    const held = entries.get(claim.id)?.claim;
    return held?.claimant === claimant && held.fence === claim.fence && held.until > now();
  };
  const isDue = ({ status, dueAt, claim }: ModelEntry) =>
    status === 'pending' && dueAt <= now() && (claim === null || claim.until <= now());
  const reset = (entry: ModelEntry, status: ModelEntry['status']) =>
    Object.assign(entry, { status, attempts: 0, dueAt: 0, claim: null });
  const someGiven = (): { claimant: string; claims: Claim[]; held: ModelEntry[] } => {
    const claimant = pick(random, claimants);
    const mine = given.filter((one) => one.claimant === claimant && random(3) > 0).slice(-8);
    const held = mine.filter(isHeld).map(({ claim }) => entries.get(claim.id) as ModelEntry);
    return { claimant, claims: mine.map(({ claim }) => claim), held };
  };
  const someIds = () => [...entries.keys()].filter(() => random(6) === 0);
  const tableOf = (id: string) => (id.startsWith('E') ? 'experiences' : 'category_manuals');

  const steps: Record<string, () => Promise<[gave: unknown, wanted: unknown]>> = {
    async add() {
      const id = `${random(3) ? 'E' : 'M'}${added++}`;
      if (id.startsWith('E')) addExperience(library, id);
      else addManual(library, id);
      const kind = id.startsWith('E') ? 'experience' : 'manual';
      entries.set(id, { kind, status: 'pending', attempts: 0, dueAt: 0, claim: null });
      return [null, null];
    },
    async remove() {
      for (const id of someIds().slice(0, 1)) {
        library.prepare(`DELETE FROM ${tableOf(id)} WHERE id = ?`).run(id);
        entries.delete(id);
      }
      return [null, null];
    },
    async rewrite() {
      for (const id of someIds()) {
        library.prepare(`UPDATE ${tableOf(id)} SET title = title || '.' WHERE id = ?`).run(id);
        reset(entries.get(id) as ModelEntry, 'pending');
      }
      return [null, null];
    },
    /** As `INSERT OR REPLACE` of another program does. */
    async replace() {
      for (const id of someIds().filter(() => random(3) === 0)) {
        const table = tableOf(id);
        const status = pick(random, ['pending', 'embedded', 'failed']);
        library.exec(`CREATE TEMP TABLE copy AS SELECT * FROM ${table} WHERE id = '${id}'`);
        library.exec(`UPDATE copy SET embedding_status = '${status}'`);
        library.exec(`INSERT OR REPLACE INTO ${table} SELECT * FROM copy; DROP TABLE copy`);
        reset(entries.get(id) as ModelEntry, status as ModelEntry['status']);
      }
      return [null, null];
    },
    async ignore() {
      for (const id of someIds()) {
        library.exec(`INSERT OR IGNORE INTO ${tableOf(id)} SELECT * FROM ${tableOf(id)} WHERE id = '${id}'`);
      }
      return [null, null];
    },
    async markElsewhere() {
      const status = pick(random, ['pending', 'embedded', 'failed'] as const);
      for (const id of someIds().filter(() => random(3) === 0)) {
        const entry = entries.get(id) as ModelEntry;
        library.prepare(`UPDATE ${tableOf(id)} SET embedding_status = ? WHERE id = ?`).run(status, id);
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
      const due = [...entries].filter(([, entry]) => isDue(entry)).map(([id]) => id);
      const from = random(2) ? queue : elsewhere;
      const claims = await bench.claim({ claimant, size }, from);
      const ofManuals = due.filter((id) => id.startsWith('M')).length;
      const manuals = claims.filter(({ kind }) => kind === 'manual').length;
      const experiences = claims.length - manuals;
      const isFair =
        (manuals >= Math.min(ofManuals, Math.floor(size / 2)) || manuals === ofManuals) &&
        (experiences >= Math.min(due.length - ofManuals, Math.floor(size / 2)) ||
          experiences === due.length - ofManuals);
      const attempts = claims.map(({ id }) => (entries.get(id)?.attempts ?? Number.NaN) + 1);
      const wereDue = claims.every(({ id }) => due.includes(id));
      for (const claim of claims) {
        const entry = entries.get(claim.id) as ModelEntry;
        entry.claim = { claimant, fence: claim.fence, until: now() + leaseMs };
        given.push({ claimant, claim });
      }
      return [
        { size: claims.length, wereDue, isFair, attempts: claims.map(({ attempt }) => attempt) },
        { size: Math.min(size, due.length), wereDue: true, isFair: true, attempts },
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
    counts: async () => [
      { ...(await elsewhere.counts()), totals: totalsOf(library), max: attemptsOf(library) <= attemptsMost },
      { ...countOf([...entries.values()]), max: true },
    ],
  };
}

/** What the entries say, and the totals that triggers keep. */
function totalsOf(library: Bench['library']) {
  return library.prepare('SELECT experiences, manuals FROM ops_library_state').get();
}

function attemptsOf(library: Bench['library']): number {
  return library.prepare('SELECT coalesce(max(attempts), 0) FROM ops_embedding_task').pluck().get() as number;
}

function countOf(entries: ModelEntry[]) {
  const ofKind = (kind: Kind, status?: string) =>
    entries.filter((entry) => entry.kind === kind && (status === undefined || entry.status === status))
      .length;
  const byKind = (status: string) => {
    const [experiences, manuals] = [ofKind('experience', status), ofKind('manual', status)];
    return { experiences, manuals, total: experiences + manuals };
  };
  return {
    pending: byKind('pending'),
    failed: byKind('failed'),
    totals: { experiences: ofKind('experience'), manuals: ofKind('manual') },
  };
}
