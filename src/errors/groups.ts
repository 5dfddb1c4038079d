// Reads the groups of errors for pages, API and hub.
import { packageRoot, version } from '../core/config.ts';
import { formatNumber, plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Starts } from '../starts/repository.ts';
import { type ErrorSource, fingerprintOf } from './fingerprint.ts';
import { seenInJob } from './from-job.ts';
import {
  type Group,
  type GroupState,
  type GroupView,
  lastHours,
  type Sample,
  unknownGroup,
} from './group.ts';
import type { GroupCursor, GroupFilter, GroupRepository, Tally } from './group-repository.ts';

/** A group with its times by hour, the newest last. `isNew`: first seen since this version runs; `isSinceSuccess`: since the last
 *  success of its operation. */
export type SeenGroup = Group & {
  hours: { hour: string; times: number }[];
  isNew: boolean;
  isSinceSuccess: boolean;
};

export type GroupChoice = { view: GroupView; source?: ErrorSource | undefined; q?: string | undefined };

/** `timesInDay`: of the open groups in the last 24 hours. */
export type Summary = Tally & { timesInDay: number };

/** `3 groups open, 41 times in 24 h. 1 came back after it was resolved.` */
export function describeSummary({ all, open, back, timesInDay }: Summary): string {
  if (all === 0) return 'No error was seen yet.';
  if (open === 0) return `No group is open; ${plural(all, 'group')} in all.`;
  const times = `${plural(open, 'group')} open, ${plural(timesInDay, 'time')} in 24 h.`;
  return back === 0
    ? times
    : `${times} ${formatNumber(back)} came back after ${back === 1 ? 'it was' : 'they were'} resolved.`;
}

const hoursShown = 24;
const maxWords = 12;

type Given = Pick<Kernel, 'bus' | 'now' | 'redactor'> & {
  repository: GroupRepository;
  starts: Pick<Starts, 'newSince'>;
  jobs: Pick<JobRepository, 'find' | 'lastSuccesses'>;
};

export function createGroups(given: Given) {
  const { bus, now, redactor, repository, starts, jobs } = given;
  let kept: { hour: string; summary: Summary } | null = null;
  for (const event of ['errors', 'job'] as const)
    bus.on(event, () => {
      kept = null;
    });

  return {
    /** Counted anew after a change, and each hour. */
    summary(): Summary {
      const [firstHour = ''] = lastHours(now(), hoursShown);
      if (kept?.hour === firstHour) return kept.summary;
      const tally = repository.tally(starts.newSince(version), lastSuccesses(given));
      const summary = { ...tally, timesInDay: repository.timesOfOpen(firstHour) };
      kept = { hour: firstHour, summary };
      return summary;
    },

    /** The group that was seen last first; `next` continues the list. */
    list(choice: GroupChoice, limit: number, before: GroupCursor | null) {
      const rows = repository.list(filterOf(given, choice), limit + 1, before);
      const groups = rows.slice(0, limit);
      const last = groups.at(-1);
      const next = rows.length > limit && last ? { lastAt: last.last_at, id: last.id } : null;
      return { groups: complete(given, groups), next };
    },

    /** The group that counts the failure of a job; null without one, and until it is counted. */
    ofJob(number: number): Group | null {
      const job = jobs.find(String(number));
      const seen = job && seenInJob(job, redactor, packageRoot);
      return (seen && repository.findByFingerprint(fingerprintOf(seen))) ?? null;
    },

    /** The titles of the groups that exist. */
    titles: (ids: number[]) => ids.flatMap((id) => repository.find(id)?.title ?? []),

    /** Throws `not_found`. */
    find(id: number): SeenGroup & { sample: Sample } {
      const group = repository.find(id);
      if (!group) throw unknownGroup(id);
      const { sample, ...row } = group;
      const [seen] = complete(given, [row]);
      return { ...(seen as SeenGroup), sample };
    },
  };
}

function complete(given: Given, groups: Group[]): SeenGroup[] {
  const hours = lastHours(given.now(), hoursShown);
  const ids = groups.map(({ id }) => id);
  const counts = given.repository.hoursOf(ids, hours[0] ?? '');
  const since = given.starts.newSince(version);
  const successes = lastSuccesses(given);
  return groups.map((group) => {
    const success = group.source === 'job' ? successes[group.place] : undefined;
    return {
      ...group,
      hours: hours.map((hour) => ({ hour, times: counts.get(group.id)?.get(hour) ?? 0 })),
      isNew: since !== null && group.first_at >= since,
      isSinceSuccess: success !== undefined && success < group.first_at,
    };
  });
}

function filterOf(given: Given, { view, source, q = '' }: GroupChoice): GroupFilter {
  return {
    state: stateOf(view),
    isBack: view === 'back',
    newSince: view === 'new' ? (given.starts.newSince(version) ?? never) : null,
    successes: view === 'since-success' ? lastSuccesses(given) : null,
    source: source ?? null,
    words: q.split(/\s+/).filter(Boolean).slice(0, maxWords),
  };
}

/** Later than every time. */
const never = '9999';

function stateOf(view: GroupView): GroupState | null {
  if (view === 'all') return null;
  return view === 'resolved' || view === 'muted' ? view : 'open';
}

/** The time of the last success of each operation that has groups. */
function lastSuccesses({ repository, jobs }: Given): Record<string, string> {
  const found = repository.operations().flatMap((operation) => {
    const [job] = jobs.lastSuccesses(operation, 1);
    return job?.finished_at ? [[operation, job.finished_at]] : [];
  });
  return Object.fromEntries(found);
}
