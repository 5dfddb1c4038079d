// The child of a job and all its descendants, recorded while it runs: they stay known when they leave the group and
// clear their environment. Samples what they use on the way.
import type { ProcessIdentity } from '../jobs/job.ts';
import { isOutOfDescriptors } from '../core/descriptors.ts';
import { type ProcessTable, readMemory, readProcessesSince, readProcessTable } from './processes.ts';

/** Peak memory in bytes of all together, CPU time of all together; null when never sampled. */
export type Usage = { peakRssBytes: number | null; cpuSec: number | null };

export type FamilyWatch = {
  /** The child was stopped by a signal (SIGSTOP), or goes on after that. Gives whether that is stored; otherwise it is
   *  told again. */
  onStopped?(isStopped: boolean): boolean;
  /** A descendant has left what it could be found by without this record. Gives whether that is stored; otherwise it is
   *  told again. */
  onHidden?(descendant: ProcessIdentity): boolean;
  /** Whether a process outside the group carries the marker. */
  isMarked?(pid: number): boolean;
};

/** Soon after the start, since many children are short; then at ease. */
const firstLooksMs = [50, 200];
const lookEveryMs = 500;
/** `T`: stopped by a signal or a tty; `t` is a debugger at work. */
const stopped = 'T';

export function createFamily(identity: ProcessIdentity, watch: FamilyWatch = {}) {
  const { pid, started } = identity;
  /** pid → start time: together they name one process. */
  const members = new Map<number, string>(started === null ? [] : [[pid, started]]);
  /** Those that `onHidden` has stored. */
  const hidden = new Map<number, string>();
  const usage: Usage = { peakRssBytes: null, cpuSec: null };
  /** All that was started up to this pid was looked at. */
  let newestSeen = pid;
  let isStopped = false;
  let looks = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Records who is there now; `table` holds at least the members and what was started since the last look. */
  function look(table: ProcessTable = readProcessTable()): ProcessTable {
    for (const [member, itsStart] of members)
      if (table.get(member)?.started !== itsStart) members.delete(member);
    for (let known = -1; known < members.size; ) {
      known = members.size;
      for (const [other, stat] of table) if (members.has(stat.parent)) members.set(other, stat.started);
    }
    for (const [member, itsStart] of members) if (isHidden(member, table)) tellHidden(member, itsStart);
    return table;
  }

  function isHidden(member: number, table: ProcessTable): boolean {
    const isFindable = member === pid || table.get(member)?.group === pid || watch.isMarked?.(member);
    return !isFindable && hidden.get(member) !== members.get(member);
  }

  function tellHidden(member: number, itsStart: string) {
    const isStored = watch.onHidden?.({ pid: member, started: itsStart, bootId: identity.bootId });
    if (isStored) hidden.set(member, itsStart);
  }

  function measure(table: ProcessTable) {
    let rss = 0;
    let cpuSec = 0;
    for (const member of members.keys()) {
      const memory = readMemory(member);
      rss += memory?.rss ?? 0;
      cpuSec += table.get(member)?.cpuSec ?? 0;
      // The system keeps the peak of each process: no look can miss it.
      usage.peakRssBytes = Math.max(usage.peakRssBytes ?? 0, memory?.peak ?? 0);
    }
    if (members.size === 0) return;
    usage.peakRssBytes = Math.max(usage.peakRssBytes ?? 0, rss);
    usage.cpuSec = Math.max(usage.cpuSec ?? 0, cpuSec);
  }

  function sample() {
    timer = setTimeout(sample, firstLooksMs[++looks] ?? lookEveryMs);
    try {
      const { table, newest } = readProcessesSince(newestSeen, members.keys());
      look(table);
      newestSeen = newest;
      measure(table);
      const isStoppedNow = table.get(pid)?.state === stopped && members.has(pid);
      if (isStoppedNow !== isStopped && watch.onStopped?.(isStoppedNow)) isStopped = isStoppedNow;
    } catch (error) {
      // Without a free descriptor nothing can be seen; the next look may see it.
      if (!isOutOfDescriptors(error)) throw error;
    }
  }

  return {
    start() {
      timer ??= setTimeout(sample, firstLooksMs[0]);
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
    look,
    members: members as ReadonlyMap<number, string>,
    usage: (): Usage => ({ ...usage }),
  };
}
