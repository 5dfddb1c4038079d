// What /proc says about processes: who a pid really is, and which processes belong to a job. Linux only; elsewhere
// nothing can be proven beyond the process group, and the answers say so by being empty.
import fs from 'node:fs';
import type { ProcessIdentity } from '../jobs/repository.ts';

export const hasProc = process.platform === 'linux' && fs.existsSync('/proc/self/stat');

const bootId = hasProc ? fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : null;

/** A pid alone may be reused; with its start time and the boot it names one process for ever. */
export function identify(pid: number): ProcessIdentity {
  return { pid, started: readStat(pid)?.started ?? null, bootId };
}

/** True only for the very same process, alive: a zombie is gone. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!hasProc || identity.bootId !== bootId || identity.started === null) return false;
  const stat = readStat(identity.pid);
  return stat !== null && stat.started === identity.started && !isDead(stat.state);
}

/** Living pids of the process group, or with the marker in their environment; never this process itself. `since` is
 *  the start time of the job's first process: what is older is no child of it and is not looked into. Without /proc
 *  the group's leader stands for the group. One look can miss a process in the middle of a fork or an exec. */
export function findJobProcesses(search: {
  group: number;
  marker: string;
  root: string;
  since?: string | null;
}): number[] {
  if (!hasProc) return groupExists(search.group) ? [search.group] : [];
  const since = Number(search.since ?? 0);
  return livingPids().filter((pid) => {
    const stat = readStat(pid);
    if (!stat || isDead(stat.state) || Number(stat.started) < since) return false;
    return stat.group === search.group || isMarked(pid, search.marker, search.root);
  });
}

/** Whether a signal to the group reaches the process. */
export function isInGroup(pid: number, group: number): boolean {
  return !hasProc || readStat(pid)?.group === group;
}

/** Living processes marked as a child of any job of this data root, with their marker (`<job id>.<attempt>`; a script
 *  run by hand has none). */
export function findMarkedProcesses(root: string): { pid: number; marker: string }[] {
  if (!hasProc) return [];
  return livingPids().flatMap((pid) => {
    const environment = readEnvironment(pid);
    const marker = environment.find((item) => item.startsWith('CHL_JOB='))?.slice('CHL_JOB='.length);
    if (!marker || !environment.includes(`CHL_EXPERIENCE_ROOT=${root}`)) return [];
    return isDead(readStat(pid)?.state ?? 'X') ? [] : [{ pid, marker }];
  });
}

/** A process that is gone needs no signal; one of another user cannot be given any, and is still found afterwards. */
export function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function groupExists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

function livingPids(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** A zombie is gone: it only waits for its parent to ask for its exit code. */
function isDead(state: string): boolean {
  return state === 'Z' || state === 'X';
}

function isMarked(pid: number, marker: string, root: string): boolean {
  const environment = readEnvironment(pid);
  return environment.includes(`CHL_JOB=${marker}`) && environment.includes(`CHL_EXPERIENCE_ROOT=${root}`);
}

/** Fields of proc(5) stat: 3 state, 5 process group, 22 start time; the name in field 2 may hold anything. */
function readStat(pid: number): { state: string; group: number; started: string } | null {
  const text = readProc(`/proc/${pid}/stat`);
  if (!text) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = '', ...rest] = fields;
  return { state, group: Number(group), started: rest[16] ?? '' };
}

function readEnvironment(pid: number): string[] {
  return readProc(`/proc/${pid}/environ`)?.split('\0') ?? [];
}

/** Null when the process is gone, or is not ours to look at. Anything else, e.g. no free descriptor, is no answer. */
function readProc(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return null;
    throw error;
  }
}
