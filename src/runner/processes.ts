// Reads /proc: the identity of a pid, and the processes of a job. Elsewhere only the process group can be proven.
import fs from 'node:fs';
import type { ProcessIdentity } from '../jobs/job.ts';

type ProcessStat = {
  state: string;
  parent: number;
  group: number;
  /** Clock ticks since the boot. */
  started: string;
  /** CPU time of the process and of the children it has waited for. */
  cpuSec: number;
};
export type ProcessTable = Map<number, ProcessStat>;

export const hasProc = process.platform === 'linux' && fs.existsSync('/proc/self/stat');

/** With more new pids than this, reading all processes is as fast. */
const fewPids = 200;

const rssLine = /^VmRSS:\s+(\d+) kB/m;
const peakLine = /^VmHWM:\s+(\d+) kB/m;

/** USER_HZ, the same on every Linux that Node runs on. */
export const ticksPerSec = 100;

const bootId = hasProc ? fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : null;

/** A pid may be reused; with its start time and the boot id it names one process for ever. */
export function identify(pid: number): ProcessIdentity {
  return { pid, started: readStat(pid)?.started ?? null, bootId };
}

/** True only for the same process, alive; a zombie is not. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!hasProc || identity.bootId !== bootId || identity.started === null) return false;
  const stat = readStat(identity.pid);
  return stat !== null && stat.started === identity.started && !isDead(stat.state);
}

export function isLiving(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && !isDead(stat.state);
}

/** The name of a process as `ps` shows it; empty when it is gone. */
export function nameOf(pid: number): string {
  return readProc(`/proc/${pid}/comm`)?.trim() ?? '';
}

/** Whether the same process is alive but stopped by a signal: it does nothing and keeps its locks. */
export function isStopped(identity: ProcessIdentity): boolean {
  return isAlive(identity) && readStat(identity.pid)?.state === 'T';
}

/** All living processes except this one, by pid; empty without /proc. Takes about 10 µs a process. */
export function readProcessTable(): ProcessTable {
  return hasProc ? readStats(livingPids()) : new Map();
}

/** The living processes of `known` and those started after pid `since`, with the newest pid. */
export function readProcessesSince(since: number, known: Iterable<number>) {
  if (!hasProc) return { table: new Map() as ProcessTable, newest: since };
  const newest = newestPid();
  if (newest < since || newest - since > fewPids) return { table: readProcessTable(), newest };
  const pids = [...known];
  for (let pid = since + 1; pid <= newest; pid += 1) if (isLeader(pid)) pids.push(pid);
  return { table: readStats(pids), newest };
}

type ProcessSearch = {
  group: number;
  marker: string;
  root: string;
  /** Start time of the job's first process; older processes are skipped. */
  since?: string | null;
  /** Start times of known descendants, by pid. */
  recorded?: ReadonlyMap<number, string>;
};

/** Living pids in the process group, with the marker in their environment, or recorded with the same start time; never
 *  this process. Without /proc the group's leader stands for the group. One look can miss a process in the middle of a
 *  fork or an exec. */
export function findJobProcesses(search: ProcessSearch, table: ProcessTable): number[] {
  if (!hasProc) return groupExists(search.group) ? [search.group] : [];
  const since = Number(search.since ?? 0);
  return [...table].flatMap(([pid, { group, started }]) => {
    if (Number(started) < since) return [];
    const isKnown = group === search.group || search.recorded?.get(pid) === started;
    return isKnown || isMarked(pid, search.marker, search.root) ? [pid] : [];
  });
}

/** False only when no process of the job can be left. Checks the group, the recorded descendants, and the marker of
 *  every pid since the job's first one; fast when few processes were started. */
export function mayHaveProcesses({ group, marker, root, recorded = new Map() }: ProcessSearch): boolean {
  if (!hasProc || groupExists(group)) return true;
  for (const [pid, started] of recorded) if (isAlive({ pid, started, bootId })) return true;
  const newest = newestPid();
  if (newest < group || newest - group > fewPids) return true;
  for (let pid = group + 1; pid <= newest; pid += 1) if (isMarked(pid, marker, root)) return true;
  return false;
}

/** Memory of a process now and at its peak, in bytes; null when it is gone or may not be read. */
export function readMemory(pid: number): { rss: number; peak: number } | null {
  const status = readProc(`/proc/${pid}/status`);
  const read = (line: RegExp) => Number(line.exec(status ?? '')?.[1] ?? 0) * 1024;
  return status ? { rss: read(rssLine), peak: read(peakLine) } : null;
}

/** Whether a signal to the group reaches the process. */
export function isInGroup(pid: number, group: number): boolean {
  return !hasProc || readStat(pid)?.group === group;
}

/** Living processes marked as a child of any job of this data root, with the marker (`<job id>.<attempt>`). */
export function findMarkedProcesses(root: string): { pid: number; marker: string }[] {
  if (!hasProc) return [];
  return livingPids().flatMap((pid) => {
    const environment = readEnvironment(pid);
    const marker = environment.find((item) => item.startsWith('CHL_JOB='))?.slice('CHL_JOB='.length);
    if (!marker || !environment.includes(`CHL_EXPERIENCE_ROOT=${root}`)) return [];
    return isDead(readStat(pid)?.state ?? 'X') ? [] : [{ pid, marker }];
  });
}

/** Ignores a process that is gone, and one of another user, which is still found afterwards. */
export function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function readStats(pids: number[]): ProcessTable {
  const table: ProcessTable = new Map();
  for (const pid of pids) {
    const stat = readStat(pid);
    if (stat && !isDead(stat.state)) table.set(pid, stat);
  }
  return table;
}

/** Whether the pid is a process and not a thread, which has a pid, too. */
function isLeader(pid: number): boolean {
  return /^Tgid:\s+(\d+)/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1] === String(pid);
}

/** True also when only processes of other users, or zombies, are left. */
function groupExists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The newest pid; pids rise, and start again after the system's maximum. */
function newestPid(): number {
  return Number(fs.readFileSync('/proc/loadavg', 'utf8').trim().split(' ').at(-1));
}

function livingPids(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** A zombie only waits for its parent to read its exit code. */
function isDead(state: string): boolean {
  return state === 'Z' || state === 'X';
}

/** Whether the environment of a process is that of the attempt `marker` (`<job id>.<attempt>`) of this data root. */
export function isMarked(pid: number, marker: string, root: string): boolean {
  const environment = readEnvironment(pid);
  return environment.includes(`CHL_JOB=${marker}`) && environment.includes(`CHL_EXPERIENCE_ROOT=${root}`);
}

/** Reads proc(5) stat: 3 state, 4 parent, 5 group, 14 to 17 CPU time, 22 start; 2, the name, may hold any character. */
function readStat(pid: number): ProcessStat | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (!text) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number) => fields[number - 3] ?? '';
  const ticks = [14, 15, 16, 17].reduce((sum, number) => sum + Number(field(number)), 0);
  return {
    state: field(3),
    parent: Number(field(4)),
    group: Number(field(5)),
    started: field(22),
    cpuSec: ticks / ticksPerSec,
  };
}

function readEnvironment(pid: number): string[] {
  return readProc(`/proc/${pid}/environ`)?.split('\0') ?? [];
}

/** Null when the process is gone or may not be read. Throws any other error, e.g. of a missing descriptor. */
function readProc(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return null;
    throw error;
  }
}
