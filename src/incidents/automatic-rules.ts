// The rules by which incidents open, recover and open again by themselves. Pure; times count from stored ones, so that a restart
// changes nothing.
import type { Finding } from '../checks/finding.ts';
import type { Entry, Incident } from '../incident-store/incident.ts';
import type { Window } from '../window-store/window.ts';
import { wordOf } from './entry-words.ts';

const minuteMs = 60_000;
/** An error that lasts so long opens an incident. */
const lastsMs = 5 * minuteMs;
/** The checks look at what is wrong at least once a minute. */
const seenMs = 3 * minuteMs;
/** After so long without any of its findings an incident is mitigated. */
const clearMs = 15 * minuteMs;
/** A cause that comes back sooner after the closing opens the same incident again. */
const sameMs = 24 * 60 * minuteMs;
/** So many that the server has opened: the next findings join one incident. */
export const manyIncidents = 5;
export const manyTitle = 'Several things fail';

/** Entries of one finding in an hour: one that comes and goes must not fill the timeline. */
export const entriesPerHour = 8;

/** Whether an open error has lasted, and still does: one from before a restart must be seen again. A finding that opened in a
 *  maintenance window is expected until the window is over. */
export function hasLasted({ opened_at, seen_at }: Finding, windows: Window[], now: Date): boolean {
  let from = Date.parse(opened_at);
  const ordered = [...windows].sort((one, other) => startOf(one) - startOf(other));
  for (const window of ordered) {
    const end = Date.parse(window.ended_at ?? window.ends_at);
    if (startOf(window) <= from && from < end) from = end;
  }
  const isSeen = now.getTime() - Date.parse(seen_at) < seenMs;
  return isSeen && now.getTime() - from >= lastsMs;
}

const startOf = ({ begun_at, starts_at }: Window) => Date.parse(begun_at ?? starts_at);

/** Whether an open incident is over: all its findings were clear for long, and one of them was open after it was opened last. An
 *  incident that people opened while all was clear is left to them. */
export function isOver(findings: Finding[], entries: Entry[], now: Date): boolean {
  const start = entries.findLast(isStart)?.at ?? '';
  return (
    isCalm(findings, now) && findings.some(({ cleared_at }) => cleared_at !== null && cleared_at >= start)
  );
}

export function isCalm(findings: Finding[], now: Date): boolean {
  return findings.every(
    ({ cleared_at }) => cleared_at !== null && now.getTime() - Date.parse(cleared_at) >= clearMs,
  );
}

function isStart(entry: Entry): boolean {
  return entry.kind === 'status' && ['opened', 'reopened'].includes(wordOf(entry) ?? '');
}

/** `entries`: those of the finding in the timeline of the incident. */
export type Linked = { incident: Incident; finding: Finding; entries: Entry[] };

/** Whether the timeline says that the finding has cleared. */
function isSaidClear({ entries }: Linked): boolean {
  const last = entries.at(-1);
  return last !== undefined && wordOf(last) === 'findingCleared';
}

export const lacksClearing = (linked: Linked): boolean =>
  linked.finding.cleared_at !== null && linked.entries.length > 0 && !isSaidClear(linked);

export const lacksReturn = (linked: Linked): boolean =>
  linked.finding.cleared_at === null && isSaidClear(linked);

/** Whether an open finding has come back after the end of its incident. One that was never clear is no reason to undo what a person
 *  has decided. */
export function isBack(linked: Linked): boolean {
  const { incident, finding } = linked;
  const endedAt = incident.closed_at ?? incident.mitigated_at;
  if (endedAt === null || finding.cleared_at !== null) return false;
  return finding.opened_at > endedAt || isSaidClear(linked);
}

export function isRecent({ closed_at }: Incident, now: Date): boolean {
  return closed_at !== null && now.getTime() - Date.parse(closed_at) < sameMs;
}
