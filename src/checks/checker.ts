// Runs the checks: all of them at start, each on its period and after the events that it names. Its looks never overlap, and
// one that fails or is stuck does not hold up the others.
import type { Bus } from '../core/bus.ts';
import type { Check, Found } from '../core/check.ts';
import { inTime } from '../core/in-time.ts';
import { createLoop } from '../core/loop.ts';
import type { Findings } from './findings.ts';
import { createWatch, describeFailed, type Seen, type Watch } from './watch.ts';

type Given = {
  /** Complete when the first check is run. */
  checks: () => Check[];
  findings: Findings;
  bus: Bus;
  now: () => Date;
  /** A clock in ms that nobody sets. */
  steadyNow: () => number;
  lookMaxMs?: number;
  /** Takes secrets and home paths from each text of a finding. */
  clean: (found: Found) => Found;
  onError: (error: unknown) => void;
};

export type Checker = ReturnType<typeof createChecker>;

const tickMs = 1000;
const looksAtOnce = 4;
/** How long the start, a request and the end of a job wait for looks. */
const refreshMaxMs = 2000;

export function createChecker(given: Given) {
  const { checks, findings, bus, now, steadyNow, lookMaxMs, onError } = given;
  let watches: Watch[] | null = null;
  let isStopped = false;
  const loop = createLoop({ everyMs: tickMs, runOnce: lookAtDue, onError });
  let unlisten = () => {};

  return {
    watches: all,

    /** Resolves when each cheap check has looked once. */
    async start() {
      isStopped = false;
      findings.clearOthers(all().map(({ check }) => check.id));
      unlisten = listen(bus, all(), () => void loop.runNow());
      await inTime(lookAt(all().filter(({ isCheap }) => isCheap)), refreshMaxMs);
      void loop.start();
    },

    /** Drops the results of looks in progress. They may be stuck, so nobody waits for them. */
    stop() {
      isStopped = true;
      unlisten();
      void loop.stop();
    },

    /** Looks at everything now, or at one check. Throws nothing. */
    runOnce: (id?: string) => lookAt(all().filter(({ check }) => id === undefined || check.id === id)),

    /** Looks twice where cheap checks have found something, so that what is over clears at once. */
    async confirm() {
      const troubled = all().filter((watch) => watch.isCheap && watch.hasTrouble());
      const again = () => lookAt(troubled.filter((watch) => watch.hasTrouble()));
      await inTime(lookAt(troubled).then(again), refreshMaxMs);
    },

    /** Looks again at what may have changed: cheap checks after one of their events and, with `maxAgeMs`, those whose last
     *  look is as old. Does not wait for stuck ones. */
    async refresh(maxAgeMs = Number.POSITIVE_INFINITY) {
      const lookAtOlder = (ms: number) =>
        lookAt(all().filter((watch) => watch.isCheap && watch.isOlderThan(ms)));
      // Again, for an event during a look.
      const looks = lookAtOlder(maxAgeMs).then(() => lookAtOlder(Number.POSITIVE_INFINITY));
      await inTime(looks, refreshMaxMs);
    },
  };

  function all(): Watch[] {
    const limits = { now, steadyNow, ...(lookMaxMs === undefined ? {} : { maxMs: lookMaxMs }) };
    watches ??= checks().map((check) => createWatch(check, limits));
    return watches;
  }

  async function lookAtDue() {
    findings.endMutes();
    await lookAt(all().filter((watch) => watch.isDue()));
  }

  async function lookAt(list: Watch[]) {
    await inParallel(list, looksAtOnce, async (watch) => {
      if (isStopped) return;
      const wasKnown = isKnown(watch.last());
      await watch.look((seen) => isStopped || takeSeen(given, watch, seen));
      // Cards count the checks that pass: there may be one more, or one less.
      if (isKnown(watch.last()) !== wasKnown && !isStopped) bus.emit('findings');
    });
  }
}

/** Whether the last look could say anything. */
const isKnown = (seen: Seen | null) => seen !== null && !(seen.error === null && seen.isUnknown);

/** A failed look says nothing about what was found before it. */
function takeSeen({ findings, clean }: Given, { check, title, settle }: Watch, { found, error }: Seen) {
  const { id: check_id, component, opensAt = 'first' } = check;
  if (error === null) settle(findings.take({ check_id, component, opensAt }, found.map(clean)));
  else {
    findings.takeOne({ check_id, component, opensAt: 'first' }, clean(describeFailed(title, error)));
    settle({ hasTrouble: true, needsConfirming: false });
  }
  findings.save();
}

/** Marks the checks that an event may concern, then calls `look`. Returns a function that stops that. */
function listen(bus: Bus, watches: Watch[], look: () => void): () => void {
  const events = [...new Set(watches.flatMap(({ check }) => check.dirtyOn ?? []))];
  const listeners = events.map((event) => {
    const concerned = watches.filter(({ check }) => check.dirtyOn?.includes(event));
    const listener = () => {
      for (const watch of concerned) watch.markDirty();
      look();
    };
    bus.on(event, listener);
    return () => void bus.off(event, listener);
  });
  return () => {
    for (const stop of listeners) stop();
  };
}

/** Ends when `work` has ended for each item; `maxAtOnce` run at once. */
async function inParallel<T>(items: T[], maxAtOnce: number, work: (item: T) => Promise<void>) {
  const queue = [...items];
  const workOn = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, items.length) }, workOn));
}
