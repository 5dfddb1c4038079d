// A finding is what a check has found, from its opening to its end. Pure rules: when it opens, changes and clears.
import type { Transition } from '../core/audit.ts';
import type { Found, Severity } from '../core/check.ts';

export type Finding = {
  /** Null until it is saved. */
  id: number | null;
  check_id: string;
  subject: string;
  component: string;
  severity: Severity;
  title: string;
  text: string;
  stops: string[];
  fix: { href: string; label: string } | null;
  runbook: string | null;
  opened_at: string;
  seen_at: string;
  cleared_at: string | null;
  /** How often it has opened. */
  times: number;
  /** A time, or `change`: until severity or title change. */
  muted_until: string | null;
  muted_by: string | null;
  mute_reason: string | null;
  incident: number | null;
};

/** The target of the audit rows of a finding. */
export const findingTarget = (id: number | string | null): string => `finding:${id}`;

export type Judged = {
  /** Null: nothing was ever found. */
  finding: Finding | null;
  did: 'opened' | 'changed' | 'cleared' | 'seen' | 'nothing';
  /** again: back soon after it cleared. recovered: cleared. */
  transition: Transition | null;
};

/** Looks in a row that have found it, or have not. */
export type Streak = { found: number; notFound: number };

export type Origin = { check_id: string; component: string; opensAt: 'first' | 'second' };

/** Back within this time, it is the same trouble. */
const flapMs = 15 * 60_000;
const looksToClear = 2;
/** An unchanged finding is saved at most so often. */
const seenEveryMs = 60_000;

/** A later run that fails as well does not make the trouble younger. */
function earlier(since: string | undefined, opened_at: string): string {
  return since !== undefined && since < opened_at ? since : opened_at;
}

/** The finding after a look that has found it. `streak` counts this look. */
export function judgeFound(
  before: Finding | null,
  found: Found,
  { check_id, component, opensAt }: Origin,
  streak: Streak,
  now: Date,
): Judged {
  const seen_at = now.toISOString();
  const { subject, severity, title, text, stops, fix = null, runbook = null } = found;
  const latest = { severity, title, text, stops, fix, runbook, component: found.component ?? component };
  if (before && before.cleared_at === null) {
    const opened_at = earlier(found.since, before.opened_at);
    const isChanged = !isSame({ ...before, ...latest, opened_at }, before);
    const isSeen = now.getTime() - Date.parse(before.seen_at) >= seenEveryMs;
    if (!isChanged && !isSeen) return { finding: before, did: 'nothing', transition: null };
    const finding = { ...unmuteIfChanged(before, latest), ...latest, opened_at, seen_at };
    return { finding, did: isChanged ? 'changed' : 'seen', transition: null };
  }
  if (streak.found < (opensAt === 'second' ? 2 : 1))
    return { finding: before, did: 'nothing', transition: null };
  const opened_at = found.since ?? seen_at;
  if (before === null) {
    const blank = { id: null, muted_until: null, muted_by: null, mute_reason: null, incident: null };
    const times = { opened_at, seen_at, cleared_at: null, times: 1 };
    return {
      finding: { ...blank, check_id, subject, ...latest, ...times },
      did: 'opened',
      transition: 'first',
    };
  }
  const isAgain = now.getTime() - Date.parse(before.cleared_at ?? '') < flapMs;
  const finding: Finding = {
    ...unmuteIfChanged(before, latest),
    ...latest,
    opened_at: isAgain ? (found.since ?? before.opened_at) : opened_at,
    seen_at,
    cleared_at: null,
    times: before.times + 1,
  };
  return { finding, did: 'opened', transition: isAgain ? 'again' : 'first' };
}

/** The finding after a look that has not found it. `streak` counts this look. */
export function judgeNotFound(before: Finding, streak: Streak, now: Date): Judged {
  if (before.cleared_at !== null || streak.notFound < looksToClear)
    return { finding: before, did: 'nothing', transition: null };
  return { finding: { ...before, cleared_at: now.toISOString() }, did: 'cleared', transition: 'recovered' };
}

export function isOpen({ cleared_at }: Finding): boolean {
  return cleared_at === null;
}

export function isMuted({ muted_until }: Finding, now: Date): boolean {
  if (muted_until === null) return false;
  return muted_until === 'change' || Date.parse(muted_until) > now.getTime();
}

/** Whether its component does not work as it should: after each error, and after a warning that stops something. */
export function isBreaking({ severity, stops }: Pick<Finding, 'severity' | 'stops'>): boolean {
  return severity === 'error' || (severity === 'warning' && stops.length > 0);
}

/** A dialog opens over the page; any other address is one. */
export function viewFix(fix: Finding['fix']) {
  return fix && { ...fix, isDialog: fix.href.startsWith('/ui/') };
}

export const unmuted = { muted_until: null, muted_by: null, mute_reason: null };

function unmuteIfChanged(before: Finding, latest: Pick<Finding, 'severity' | 'title'>): Finding {
  const isChanged = before.severity !== latest.severity || before.title !== latest.title;
  return before.muted_until === 'change' && isChanged ? { ...before, ...unmuted } : before;
}

function isSame(one: Finding, other: Finding): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
