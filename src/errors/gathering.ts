// Counts errors in memory until they are written. It is bounded: groups beyond a thousand, and errors beyond some thousands
// between two writes, are only counted as missed, so that a flood of errors costs little.
import { fingerprintOf } from './fingerprint.ts';
import { hourOf } from './group.ts';
import type { Seen } from './seen.ts';

const maxGroups = 1000;
const maxErrors = 2000;
/** The newest of each group. */
const maxPlaces = 10;

/** A group as it was seen since the last write. `hours`: times by UTC hour, `2026-11-28T14`. */
export type Gathered = {
  fingerprint: string;
  newest: Seen;
  first: Seen;
  times: number;
  hours: Map<string, number>;
  jobs: number[];
  requests: string[];
};

/** Errors that were not counted since the start, and when the last one was not. */
type Missed = { times: number; at: Date | null };

export type Gathering = ReturnType<typeof createGathering>;

export function createGathering(now: () => Date) {
  let groups = new Map<string, Gathered>();
  let errors = 0;
  let missed: Missed = { times: 0, at: null };
  const miss = (times = 1) => {
    missed = { times: missed.times + times, at: now() };
  };

  return {
    /** `read`: gives the error, or null if there is none; called only while errors are counted. */
    add(read: () => Seen | null) {
      if (errors >= maxErrors) return miss();
      const seen = read();
      if (seen === null) return;
      errors += 1;
      const fingerprint = fingerprintOf(seen);
      const group = groups.get(fingerprint);
      if (!group && groups.size >= maxGroups) return miss();
      groups.set(fingerprint, count(group ?? begin(fingerprint, seen), seen));
    },

    isEmpty: () => groups.size === 0,

    /** All that was gathered, which the caller writes or gives back. */
    take(): Gathered[] {
      const taken = [...groups.values()];
      groups = new Map();
      errors = 0;
      return taken;
    },

    /** Puts errors back after a failed write, as far as there is room beside those that came meanwhile. */
    giveBack(taken: Gathered[]) {
      for (const group of taken) {
        const newer = groups.get(group.fingerprint);
        if (newer || groups.size < maxGroups)
          groups.set(group.fingerprint, newer ? join(group, newer) : group);
        else miss(group.times);
      }
    },

    missed: () => missed,
  };
}

function begin(fingerprint: string, seen: Seen): Gathered {
  return { fingerprint, first: seen, newest: seen, times: 0, hours: new Map(), jobs: [], requests: [] };
}

function count(group: Gathered, seen: Seen): Gathered {
  const hour = hourOf(seen.at);
  group.hours.set(hour, (group.hours.get(hour) ?? 0) + 1);
  group.times += 1;
  group.newest = seen;
  group.jobs = newestOf(group.jobs, seen.job === null ? [] : [seen.job]);
  group.requests = newestOf(group.requests, seen.requestId === null ? [] : [seen.requestId]);
  return group;
}

function join(older: Gathered, newer: Gathered): Gathered {
  const hours = new Map(older.hours);
  for (const [hour, times] of newer.hours) hours.set(hour, (hours.get(hour) ?? 0) + times);
  return {
    ...newer,
    first: older.first,
    times: older.times + newer.times,
    hours,
    jobs: newestOf(older.jobs, newer.jobs),
    requests: newestOf(older.requests, newer.requests),
  };
}

/** The newest of both, each once, the newest last. */
export function newestOf<T>(older: T[], newer: T[]): T[] {
  return [...new Set([...older.filter((one) => !newer.includes(one)), ...newer])].slice(-maxPlaces);
}
