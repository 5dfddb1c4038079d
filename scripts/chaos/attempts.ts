// The record of chaos children: each appends a line at its start and at its end. A child that finds another one alive which
// it must not meet (same job, or conflicting locks) appends a line about it.
import fs from 'node:fs';
import path from 'node:path';
import { readScriptEnvironment } from '../../src/core/config.ts';
import type { ProcessIdentity } from '../../src/jobs/job.ts';
import { identify, isAlive } from '../../src/runner/processes.ts';
import { type LockName, locks } from './behaviours.ts';

type Attempt = { job: string; attempt: number; lock: LockName } & ProcessIdentity;
export type AttemptLine = Attempt & { what: 'start' | 'end' | 'meets'; at: number; other?: string };

const fileIn = (root: string) => path.join(root, 'attempts.jsonl');

/** Call first in a child. The end is recorded when the process exits by itself. */
export function recordAttempt(root: string, job: { id: string; attempt: number }, lock: LockName) {
  const { pid } = readScriptEnvironment();
  const own = { job: job.id, attempt: job.attempt, lock, ...identify(process.pid), pid };
  const append = (line: Pick<AttemptLine, 'what' | 'other'>) =>
    fs.appendFileSync(fileIn(root), `${JSON.stringify({ ...own, ...line, at: Date.now() })}\n`);
  append({ what: 'start' });
  for (const other of openAttempts(readAttempts(root))) {
    if (other.pid !== own.pid && mustNotMeet(own, other) && isAlive(other)) {
      append({ what: 'meets', other: `${other.job}.${other.attempt}, pid ${other.pid}` });
    }
  }
  process.on('exit', () => append({ what: 'end' }));
}

export function readAttempts(root: string): AttemptLine[] {
  if (!fs.existsSync(fileIn(root))) return [];
  const lines = fs.readFileSync(fileIn(root), 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Returns what the record proves against the engine: children that met, and intervals that overlap. */
export function findMeetings(lines: AttemptLine[]): string[] {
  const ends = new Map(lines.filter(({ what }) => what === 'end').map((line) => [keyOf(line), line.at]));
  const starts = lines.filter(({ what }) => what === 'start');
  const met = lines
    .filter(({ what }) => what === 'meets')
    .map((line) => `attempt ${keyOf(line)} began while ${line.other} was alive`);
  const overlaps = starts.flatMap((line, at) =>
    starts.slice(Math.max(0, at - recentStarts), at).flatMap((earlier) => {
      const end = ends.get(keyOf(earlier)) ?? Number.NEGATIVE_INFINITY;
      if (!mustNotMeet(line, earlier) || end <= line.at) return [];
      return [`attempt ${keyOf(line)} began ${end - line.at} ms before ${keyOf(earlier)} ended`];
    }),
  );
  return [...met, ...overlaps];
}

/** No child outlives this many later starts. */
const recentStarts = 200;

function openAttempts(lines: AttemptLine[]): AttemptLine[] {
  const ended = new Set(lines.filter(({ what }) => what === 'end').map(keyOf));
  return lines.filter((line) => line.what === 'start' && !ended.has(keyOf(line)));
}

function mustNotMeet(one: Attempt, other: Attempt): boolean {
  if (one.job === other.job) return true;
  return locks[one.lock].some((claim) =>
    locks[other.lock].some(
      ({ name, mode }) => name === claim.name && (mode === 'exclusive' || claim.mode === 'exclusive'),
    ),
  );
}

function keyOf({ job, attempt, pid }: Attempt): string {
  return `${job}.${attempt} (pid ${pid})`;
}
