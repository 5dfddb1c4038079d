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
  return stat !== null && stat.started === identity.started && stat.state !== 'Z';
}

/** Living pids of the process group, or with the marker in their environment; never this process itself. Without
 *  /proc the group's leader stands for the group. */
export function findJobProcesses(search: { group: number; marker: string; root: string }): number[] {
  if (!hasProc) return groupExists(search.group) ? [search.group] : [];
  return livingPids().filter((pid) => {
    const stat = readStat(pid);
    if (!stat || stat.state === 'Z') return false;
    return stat.group === search.group || isMarked(pid, search.marker, search.root);
  });
}

/** Living processes marked as a child of any job of this data root, with their marker (`<job id>.<attempt>`). */
export function findMarkedProcesses(root: string): { pid: number; marker: string }[] {
  if (!hasProc) return [];
  return livingPids().flatMap((pid) => {
    const environment = readEnvironment(pid);
    const marker = environment.find((item) => item.startsWith('CHL_JOB='))?.slice('CHL_JOB='.length);
    const isOurs = marker !== undefined && environment.includes(`CHL_EXPERIENCE_ROOT=${root}`);
    return isOurs && readStat(pid)?.state !== 'Z' ? [{ pid, marker }] : [];
  });
}

export function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
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

/** Null when the process is gone, or is not ours to look at. */
function readProc(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
