// A job's child and its descendants, which stay known after they leave the process group. Measures memory and CPU time.
import { isOutOfDescriptors } from '../core/descriptors.ts';
import type { ProcessIdentity } from '../jobs/job.ts';
import type { Measurement } from './samples.ts';
import { type ProcessTable, readMemory, readProcessesSince } from './processes.ts';

/** Peak memory in bytes and CPU time, of the whole tree; null when it was never measured. */
export type Usage = { peakRssBytes: number | null; cpuSec: number | null };

/** Each callback gives whether the report is stored; otherwise the report is repeated. */
export type DescendantWatch = {
  /** The child was stopped by a signal (SIGSTOP), or continued. */
  onStopped(isStopped: boolean): boolean;
  /** Memory in use and CPU time of the whole tree, at each look. */
  onMeasured(measured: Measurement): void;
  /** Neither the group nor the marker finds this descendant any more. */
  onHidden(descendant: ProcessIdentity): boolean;
};

/** Dense soon after the start, since many children are short. */
const firstLooksMs = [5, 10, 20, 40, 80, 160, 320];
const lookEveryMs = 500;
/** `T`: stopped by a signal or a tty; `t`: stopped by a debugger. */
const stopped = 'T';

/** `isMarked`: whether a process outside the group carries the job's marker. */
export function createProcessTree(isMarked: (pid: number) => boolean, watch: DescendantWatch | null) {
  let pid = 0;
  let bootId: string | null = null;
  /** Adopts every orphan, so that no descendant is missed or hidden. */
  let keeper: ProcessIdentity | null = null;
  /** pid → start time: together they name one process. */
  const members = new Map<number, string>();
  const reported = new Map<number, string>();
  const usage: Usage = { peakRssBytes: null, cpuSec: null };
  /** Every process started up to this pid has been looked at. */
  let newestSeen = 0;
  let [isStopped, looks] = [false, 0];
  let timer: NodeJS.Timeout | null = null;

  return {
    /** Begins with the script's process. */
    plant(script: ProcessIdentity, itsKeeper: ProcessIdentity | null) {
      [pid, bootId, keeper, newestSeen] = [script.pid, script.bootId, itsKeeper, script.pid];
      if (script.started !== null) members.set(pid, script.started);
    },
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

  /** Records the current members; `table` holds at least the members and every process started since the last look. */
  function look(table: ProcessTable): ProcessTable {
    for (const [member, itsStart] of members)
      if (table.get(member)?.started !== itsStart) members.delete(member);
    addDescendants(members, table, keeper?.pid);
    if (keeper) return table;
    for (const [member, itsStart] of members) reportHidden(member, itsStart, table);
    return table;
  }

  function reportHidden(member: number, started: string, table: ProcessTable) {
    const isFindable = member === pid || table.get(member)?.group === pid || isMarked(member);
    if (isFindable || reported.get(member) === started) return;
    if (watch?.onHidden({ pid: member, started, bootId })) reported.set(member, started);
  }

  function sample() {
    timer = setTimeout(sample, firstLooksMs[++looks] ?? lookEveryMs);
    try {
      const { table, newest } = readProcessesSince(newestSeen, members.keys());
      look(table);
      newestSeen = newest;
      measure(usage, members.keys(), table, watch);
      const isStoppedNow = table.get(pid)?.state === stopped && members.has(pid);
      if (isStoppedNow !== isStopped && watch?.onStopped(isStoppedNow)) isStopped = isStoppedNow;
    } catch (error) {
      // Without a free descriptor nothing can be read; the next look may succeed.
      if (!isOutOfDescriptors(error)) throw error;
    }
  }
}

function addDescendants(members: Map<number, string>, table: ProcessTable, keeper?: number) {
  for (let known = -1; known < members.size; ) {
    known = members.size;
    for (const [other, stat] of table)
      if (members.has(stat.parent) || stat.parent === keeper) members.set(other, stat.started);
  }
}

function measure(
  usage: Usage,
  members: Iterable<number>,
  table: ProcessTable,
  watch: DescendantWatch | null,
) {
  let rss: number | null = null;
  let cpuSec = 0;
  for (const member of members) {
    const memory = readMemory(member);
    rss = (rss ?? 0) + (memory?.rss ?? 0);
    cpuSec += table.get(member)?.cpuSec ?? 0;
    // The system keeps the peak of each process, so a peak between two looks is not missed.
    usage.peakRssBytes = Math.max(usage.peakRssBytes ?? 0, memory?.peak ?? 0);
  }
  if (rss === null) return;
  usage.peakRssBytes = Math.max(usage.peakRssBytes ?? 0, rss);
  usage.cpuSec = Math.max(usage.cpuSec ?? 0, cpuSec);
  watch?.onMeasured({ rssBytes: rss, cpuSec: usage.cpuSec });
}
