// Counts the objectives in memory, and writes the counts once a minute in one short transaction. Nobody waits for that write.
import type { AnsweredRequest } from '../core/answered-request.ts';
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import type { IndexState } from '../index/live.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import type { ObjectiveName } from '../objective-store/declared.ts';
import { windowDays } from '../objective-store/objective-values.ts';
import type { Starts } from '../starts/repository.ts';
import { countJob } from './count-job.ts';
import { countRequest } from './count-request.ts';
import type { CurrentObjectives } from './current-objectives.ts';
import type { Pending } from './pending.ts';
import { daySec, floorTo, hourSec, minuteOf, minuteSec } from './tally.ts';
import type { TallyBook } from './tally-book.ts';
import type { TallyRepository } from './tally-repository.ts';
import { downtimeBefore, minutesOf } from './uptime.ts';

const everyMs = 60_000;
/** Jobs that were counted: the bus may name one again. */
const maxKnown = 1000;
const freshShare = 0.99;
/** Minutes and hours that a long downtime adds: as many as are kept, and as many as a window has. */
const minutesForSec = 3 * daySec;
const hoursForSec = (windowDays.max + 1) * daySec;
const rowsAtOnce = 500;
/** The runs of a crash loop that are looked at. */
const maxRuns = 50;

type Given = Pick<Kernel, 'bus' | 'log' | 'untilFree' | 'now'> & {
  pending: Pending;
  tallyRepository: TallyRepository;
  tallyBook: TallyBook;
  current: CurrentObjectives;
  jobs: { find(id: string): Job | null };
  starts: Pick<Starts, 'list'>;
  indexState: () => Pick<IndexState, 'state' | 'entries' | 'fresh'>;
  bootTime: (now: Date) => Date;
};

export function createRecorder(given: Given) {
  const { bus, pending, tallyRepository, tallyBook, untilFree, now } = given;
  const countMinutes = createMinutes(given);
  const addDowntime = createDowntime(given);
  const report = createReport(given);
  let prunedIn = 0;
  const loop = createLoop({ everyMs, runOnce, onError: report.failed });
  countJobs(given);

  return {
    /** Does not wait for the first write. */
    start: () => void loop.start(),
    stop: () => loop.stop(),

    addRequest(request: AnsweredRequest) {
      const { fast, search } = given.current.values();
      const thresholds = { fastMs: fast.threshold_ms ?? 0, searchMs: search.threshold_ms ?? 0 };
      for (const [name, isGood] of Object.entries(countRequest(request, thresholds)))
        addIfOn(given, name as ObjectiveName, isGood);
    },

    /** Counts the minute, and writes. Throws while ops.db cannot be written, and keeps the counts then. */
    runOnce,

    /** Writes the counts since the last write at once, if that is possible. Never throws. */
    end() {
      try {
        tallyRepository.add(pending.take(Number.POSITIVE_INFINITY));
      } catch (error) {
        report.failed(error);
      }
    },
  };

  async function runOnce() {
    try {
      await addDowntime();
    } finally {
      countMinutes();
      await save();
    }
    const hour = Math.floor(now().getTime() / 1000 / hourSec);
    if (hour !== prunedIn) await untilFree(() => tallyRepository.prune(now()));
    prunedIn = hour;
  }

  async function save() {
    let written = 0;
    for (let taken = pending.take(rowsAtOnce); taken.length > 0; taken = pending.take(rowsAtOnce)) {
      try {
        tallyBook.enter(await untilFree(() => tallyRepository.add(taken)));
      } catch (error) {
        pending.giveBack(taken);
        throw error;
      }
      written += taken.length;
    }
    report.worked();
    if (written > 0) bus.emit('objectives');
  }
}

function addIfOn({ current, pending }: Given, name: ObjectiveName, isGood: boolean, at?: number) {
  if (current.values()[name].is_on) pending.add(name, isGood, at);
}

/** Each job once, when it has ended. */
function countJobs(given: Given) {
  const known = new Set<string>();
  given.bus.on('job', ({ id, status }: JobEvent) => {
    if (!isTerminal(status) || known.has(id)) return;
    known.add(id);
    const [oldest] = known.size > maxKnown ? known : [];
    if (oldest !== undefined) known.delete(oldest);
    try {
      const job = given.jobs.find(id);
      const isGood = job && countJob(job);
      if (isGood !== null) addIfOn(given, 'jobs', isGood);
    } catch (error) {
      given.log.error({ err: error }, 'an ended job is not counted for its objective');
    }
  });
}

/** Counts the minutes since the last call in which the server has run. A machine that has slept was not meant to run it, and
 *  after the clock was set back a minute that is counted already stays as it is. */
function createMinutes(given: Given) {
  let last: number | null = null;
  return () => {
    const minute = minuteOf(given.now());
    const isNext = last !== null && minute === last + 2 * minuteSec;
    const isFresh = seeFresh(given.indexState());
    for (const at of isNext ? [minute - minuteSec, minute] : [minute]) {
      if (at === last) continue;
      addIfOn(given, 'up', true, at);
      if (isFresh !== null) addIfOn(given, 'fresh', isFresh, at);
    }
    last = minute;
  };
}

/** Null before there is anything that could be fresh: an empty library, or no index yet. */
function seeFresh({ state, entries, fresh }: ReturnType<Given['indexState']>): boolean | null {
  return entries === 0 || state === 'none' ? null : fresh >= entries * freshShare;
}

type Started = { at: string };
const minuteIn = ({ at }: Started) => minuteOf(new Date(at));

/** Adds the minutes in which the server was down before this start, once. Throws while ops.db cannot be read or written. */
function createDowntime({
  bootTime,
  current,
  now,
  pending,
  starts,
  tallyBook,
  tallyRepository,
  untilFree,
}: Given) {
  let isDone = false;
  return async () => {
    if (isDone) return;
    if (current.values().up.is_on) {
      const hasCounted = (run: Started, next: Started) =>
        tallyRepository.hasUp(minuteIn(run), minuteIn(next));
      const gaps = downtimeBefore(starts.list(maxRuns).items, hasCounted, bootTime(now()));
      const seconds = now().getTime() / 1000;
      const sinceMs = (seconds - hoursForSec) * 1000;
      const kept = gaps
        .filter(({ toMs }) => toMs > sinceMs)
        .map((gap) => ({ ...gap, fromMs: Math.max(gap.fromMs, sinceMs) }));
      const { minutes, hours } = minutesOf(kept, floorTo(seconds - minutesForSec, hourSec));
      if (hours.length > 0) tallyBook.enter(await untilFree(() => tallyRepository.addToHours(hours)));
      for (const { at } of minutes) pending.add('up', false, at);
    }
    isDone = true;
  };
}

/** The log must not fill while a disk is full. */
function createReport({ log }: Given) {
  let isReported = false;
  return {
    failed(error: unknown) {
      if (!isReported) log.error({ err: error }, 'objectives are not counted in ops.db; tried again');
      isReported = true;
    },
    worked() {
      isReported = false;
    },
  };
}
