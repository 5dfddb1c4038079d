// The rules by which incidents open, recover and open again by themselves. Pure.
import type { Finding } from '../checks/finding.ts';
import type { Entry, Incident } from '../incident-store/incident.ts';
import type { Window } from '../window-store/window.ts';
import { wordOf } from './entry-words.ts';

const minuteMs = 60_000;
/** An error that lasts so long opens an incident. */
export const lastsMs = 5 * minuteMs;
/** The checks look at open trouble at least once a minute. */
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

/** How long an error since `since` counts, in ms; negative while it is expected. One that opened in a maintenance window counts
 *  from the end of the window. */
export function countedMs(since: string, windows: Window[], now: Date): number {
  let from = Date.parse(since);
  const ordered = [...windows].sort((one, other) => startOf(one) - startOf(other));
  for (const window of ordered) {
    const end = Date.parse(window.ended_at ?? window.ends_at);
    if (startOf(window) <= from && from < end) from = end;
  }
  return now.getTime() - from;
}

/** Whether this process has seen it, and lately: a finding from before the start may be over. */
export function isSeen({ seen_at }: Finding, startedAt: Date, now: Date): boolean {
  const ms = Date.parse(seen_at);
  return ms >= startedAt.getTime() && now.getTime() - ms < seenMs;
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

/** Whether an open finding has come back after the end of its incident. One that was never clear, or has joined since, is no reason
 *  to undo a person's decision. */
export function isBack(linked: Linked): boolean {
  const { incident, finding, entries } = linked;
  const endedAt = incident.closed_at ?? incident.mitigated_at;
  if (endedAt === null || finding.cleared_at !== null) return false;
  if (isSaidClear(linked)) return true;
  const joined = entries.findLast((entry) => wordOf(entry) === 'findingOpened');
  return finding.opened_at > endedAt && joined !== undefined && joined.at < endedAt;
}

export function isRecent({ closed_at }: Incident, now: Date): boolean {
  return closed_at !== null && now.getTime() - Date.parse(closed_at) < sameMs;
}
