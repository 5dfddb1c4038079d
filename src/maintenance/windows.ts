// The verbs on maintenance windows: start or plan, extend, end; and the window that counts now. Each change is audited in its
// transaction, and durable when its call returns.
import { invalidArguments } from '../core/arguments.ts';
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertConfirmed, type Confirmation } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { formatMinute } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { assertRole } from '../core/role.ts';
import type { Blocker, LockQueue } from '../jobs/lock-queue.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { WindowClaims } from '../jobs/window-claims.ts';
import {
  claimsOfLevel,
  holdsBack,
  isOfAnother,
  isUnderWay,
  jobOf,
  keyOf,
  type Level,
  stateOf,
  type Window,
} from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';
import { maintenanceActions, maintenanceWord } from './actions.ts';
import { currentWindow } from './current-window.ts';
import { findMinutesFault, isTooLong, needsWord, readWindow, type WantedWindow } from './read-window.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  windows: WindowRepository;
  windowClaims: WindowClaims;
  lockQueue: Pick<LockQueue, 'blockerOf' | 'blockerAhead'>;
  repository: Pick<JobRepository, 'synced'>;
};

export type Windows = ReturnType<typeof createWindows>;

const minuteMs = 60_000;

export function createWindows(given: Given) {
  const { windows, windowClaims, lockQueue, repository, audit, bus, now, untilFree } = given;

  return {
    /** The begun one above `announce`, else a begun announcement, else the next planned one of the coming 24 hours. */
    current: (): Window | null => currentWindow(windows.open(), now()),

    /** The one that holds something back now, or will when the jobs in its way have ended. */
    holding: (): Window | null =>
      windows.open().find((window) => holdsBack(window.level) && isUnderWay(window, now())) ?? null,

    /** Those that have not ended. */
    all: (): Window[] => windows.open(),
    /** Ended ones, newest first. */
    history: (limit: number, before?: number): Window[] => windows.history(limit, before),
    /** Throws `not_found`. */
    find,

    /** Begins a window, or plans it for its time. Throws `invalid_arguments`, `forbidden`, `confirmation_required`, and
     *  `wrong_state` for a second one above `announce` at the same time. */
    start(wanted: WantedWindow & Confirmation, by: Requester): Promise<Window> {
      const reason = wanted.reason?.trim() || null;
      const entry = { event: maintenanceActions.start.name, by, target: 'maintenance', reason };
      return change(entry, () => start(given, wanted, by));
    },

    /** Throws `not_found`, `invalid_arguments`, `wrong_state`. */
    extend: (id: number, minutes: number, by: Requester): Promise<Window> =>
      change({ event: maintenanceActions.extend.name, by, target: keyOf({ id }) }, () =>
        extend(given, find(id), minutes, by),
      ),

    /** Another person's window needs a reason. Throws `not_found`, `wrong_state`, `confirmation_required`. */
    end(id: number, by: Requester, { reason }: Pick<Confirmation, 'reason'> = {}): Promise<Window> {
      const entry = {
        event: maintenanceActions.end.name,
        by,
        target: keyOf({ id }),
        reason: reason?.trim() || null,
      };
      return change(entry, () => end(given, find(id), entry));
    },

    /** The holder or the earlier waiter that a begun window waits for; null unless it is starting. */
    waitsFor: (window: Window): Blocker | null =>
      stateOf(window) === 'starting' ? lockQueue.blockerAhead(keyOf(window)) : null,

    /** The blocker that a window of this level would wait for if it began now. */
    wouldWaitFor: (level: Level): Blocker | null =>
      holdsBack(level) ? lockQueue.blockerOf(claimsOfLevel[level]) : null,
  };

  function find(id: number): Window {
    const window = Number.isSafeInteger(id) ? windows.find(id) : null;
    if (window) return window;
    throw new AppError('not_found', `There is no maintenance window ${id}.`);
  }

  async function change(entry: AuditEntry, work: () => Window): Promise<Window> {
    const changed = await untilFree(() => {
      windowClaims.keepUp();
      return auditRefusal(audit, entry, () => windows.transaction(work));
    });
    await repository.synced();
    bus.emit('maintenance');
    return changed;
  }
}

function start(
  { windows, windowClaims, audit, now }: Given,
  wanted: WantedWindow & Confirmation,
  by: Requester,
) {
  assertRole(by.role, maintenanceActions.start.role);
  const at = now();
  const { level, reason, startsAt, endsAt } = readWindow(wanted, at);
  if (needsWord(level)) assertConfirmed(wanted, maintenanceWord);
  const [starts_at, ends_at] = [startsAt.toISOString(), endsAt.toISOString()];
  assertFree(windows, { id: null, level, starts_at, ends_at });
  const created = { created_by: by.actor, created_at: at.toISOString() };
  const window = windows.insert({ level, reason, starts_at, ends_at, ...created });
  const { name: event } = maintenanceActions.start;
  const detail = { before: null, after: { level, starts_at, ends_at, reason } };
  audit.record({ event, outcome: 'ok', by, target: keyOf(window), reason, detail });
  return startsAt > at ? window : (windowClaims.begin(window.id) ?? window);
}

function extend({ windows, audit }: Given, window: Window, minutes: number, by: Requester): Window {
  const { id, level, starts_at, ends_at } = window;
  assertRole(by.role, maintenanceActions.extend.role);
  const fault = findMinutesFault(minutes);
  if (fault) throw invalidArguments([{ field: 'minutes', message: fault }]);
  assertOpen(window);
  assertOfPerson(window);
  const endsAt = new Date(Date.parse(ends_at) + minutes * minuteMs);
  if (isTooLong(new Date(starts_at), endsAt)) {
    const message = `A window lasts at most 24 hours in all, and this one started at ${formatMinute(starts_at)}.`;
    throw invalidArguments([{ field: 'minutes', message }]);
  }
  assertFree(windows, { id, level, starts_at, ends_at: endsAt.toISOString() });
  const extended = windows.extend(id, ends_at, endsAt.toISOString());
  if (!extended) throw new AppError('wrong_state', `Window ${id} has just changed. Look again.`);
  const detail = { before: { ends_at }, after: { ends_at: extended.ends_at }, minutes };
  audit.record({ event: maintenanceActions.extend.name, outcome: 'ok', by, target: keyOf(window), detail });
  return extended;
}

function end({ windowClaims, now }: Given, window: Window, { by, reason = null }: AuditEntry): Window {
  assertRole(by.role, maintenanceActions.end.role);
  assertOfPerson(window);
  if (isOfAnother(window, by.actor)) assertConfirmed({ reason }, null);
  assertOpen(window);
  const ended = windowClaims.end(window.id, { at: now().toISOString(), by, reason });
  if (ended) return ended;
  throw new AppError('wrong_state', `Window ${window.id} has just ended.`);
}

function assertOpen({ id, ended_at, ended_by }: Window) {
  if (ended_at === null) return;
  throw new AppError('wrong_state', `Window ${id} was ended at ${formatMinute(ended_at)} by ${ended_by}.`, {
    ended_at,
  });
}

/** The window of a job that runs has its end and its claims. */
function assertOfPerson({ id, created_by, ended_at, ...window }: Window) {
  const job = jobOf({ created_by });
  if (job === null || ended_at !== null) return;
  const message = `Window ${id} ends together with job #${job}, which has opened it. To end it now, cancel that job.`;
  throw new AppError('wrong_state', message, { job, ends_at: window.ends_at });
}

type Span = Pick<Window, 'level' | 'starts_at' | 'ends_at'> & { id: number | null };

/** Announcements may overlap with anything. */
function assertFree(windows: WindowRepository, span: Span) {
  if (!holdsBack(span.level)) return;
  const other = windows
    .open()
    .find(
      ({ id, level, starts_at, ends_at }) =>
        id !== span.id && holdsBack(level) && starts_at < span.ends_at && span.starts_at < ends_at,
    );
  if (!other) return;
  const { id, level, reason, starts_at, ends_at } = other;
  const message = `Window ${id} (${level}, ${reason}) lasts from ${formatMinute(starts_at)} to ${formatMinute(ends_at)}, and only one may hold jobs back at a time. End it, or choose another time.`;
  throw new AppError('wrong_state', message, { window: id, level, reason, starts_at, ends_at });
}
