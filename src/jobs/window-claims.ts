// Maintenance windows in the lock queue: a window joins it when it begins, holds its claims when its turn comes, and leaves it
// at its end. Each move is one transaction with its audit row. Nothing is ended to make room for a window.
import { type Requester, systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import { claimsOfLevel, everything, isOver, isUnderWay, keyOf, type Window } from '../window-store/window.ts';
import type { WindowRepository } from '../window-store/window-repository.ts';
import { findStartable } from './locks.ts';
import type { Claims } from './repository-claims.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'now'> & { windows: WindowRepository; claims: Claims };

/** `at`: the time that is recorded as its end. */
type Ending = { at: string; by: Requester; reason?: string | null; detail?: Record<string, unknown> };

export type WindowClaims = ReturnType<typeof createWindowClaims>;

export function createWindowClaims(given: Given) {
  const { windows, bus, now } = given;
  const { begin, enter, end } = createMoves(given);

  return {
    begin,
    end,

    /** Holds the claims of a window whose turn has come. */
    enter(id: number): Window | null {
      const entered = windows.transaction(() => enter(id));
      if (entered) bus.emit('maintenance');
      return entered;
    },

    /** Ends the windows whose end has come, as of then, and begins those whose start has come. `detail` is added to the
     *  rows. Throws `maintenance` when the windows cannot be read. */
    keepUp(detail: Record<string, unknown> = {}) {
      const at = now();
      const open = windows.open();
      const over = open.filter((window) => isOver(window, at));
      const due = open.filter((window) => window.begun_at === null && isUnderWay(window, at));
      if (over.length + due.length === 0) return;
      windows.transaction(() => {
        for (const { id, ends_at } of over) end(id, { at: ends_at, by: systemRequester, detail });
        for (const { id } of due) begin(id, detail);
      });
      bus.emit('maintenance');
    },
  };
}

/** Each is part of a transaction of its caller. */
function createMoves({ windows, claims, audit, now }: Given) {
  return { begin, enter, end };

  /** The window is active at once when it has to wait for nothing. */
  function begin(id: number, detail: Record<string, unknown> = {}): Window | null {
    const begun = windows.begin(id, now().toISOString());
    if (!begun) return null;
    record('maintenance.began', begun, { by: systemRequester, detail });
    const wanted = claimsOfLevel[begun.level];
    if (wanted.length === 0) return enter(id);
    if (wanted.some(({ name }) => name === everything)) claims.joinAhead(keyOf(begun), wanted);
    else claims.join(keyOf(begun), wanted);
    return findStartable(claims.positions(), 0).includes(keyOf(begun)) ? enter(id) : begun;
  }

  function enter(id: number): Window | null {
    const entered = windows.enter(id, now().toISOString());
    if (!entered) return null;
    claims.hold(keyOf(entered), entered.entered_at as string);
    record('maintenance.entered', entered, {
      by: systemRequester,
      detail: { waited_sec: waitedSec(entered) },
    });
    return entered;
  }

  function end(id: number, { at, by, reason = null, detail = {} }: Ending): Window | null {
    const before = windows.find(id);
    const ended = windows.end(id, at, by.actor);
    if (!before || !ended) return null;
    claims.release(keyOf(ended));
    const change = { before: { ended_at: before.ended_at }, after: { ended_at: at } };
    record('maintenance.ended', ended, { by, reason, detail: { ...change, ...detail } });
    return ended;
  }

  function record(event: string, window: Window, given: Omit<Ending, 'at'>) {
    const { level, ends_at } = window;
    const { by, reason = null } = given;
    const detail = { level, ends_at, ...given.detail };
    audit.record({ event, outcome: 'ok', by, target: keyOf(window), reason, detail });
  }
}

/** How long a window has waited for the holders, in seconds. */
function waitedSec({ begun_at, entered_at }: Window): number {
  return (Date.parse(entered_at ?? '') - Date.parse(begun_at ?? '')) / 1000;
}
