// The flags as pages and programs see and change them.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { assertConfirmed } from '../core/confirmation.ts';
import { assertMatches, assertUnchanged, etagOf } from '../core/edit-conflict.ts';
import type { Kernel } from '../core/kernel.ts';
import { shorten } from '../core/shorten.ts';
import { flagChange, flagTarget, unknownFlag } from './actions.ts';
import { declaredFlags, findFlag } from './declared.ts';
import { type FlagValue, isSameValue, type Resolved, resolveFlag } from './flag.ts';
import type { FlagRepository, SavedFlag } from './flag-repository.ts';
import { editOf, findFault, maxNoteLength } from './flag-values.ts';
import type { Changed, FlagEdit, KnownFlag } from './known-flag.ts';
import { findStale } from './stale.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & { flagRepository: FlagRepository };

type Wanted = { key: string; to: FlagValue | null };

export type Flags = ReturnType<typeof createFlags>;

export function createFlags(given: Given) {
  const { audit, bus, flagRepository, untilFree, now } = given;

  return {
    all,

    /** Throws `not_found`. */
    find,

    /** The answer of the flag for a unit, and why. Throws `not_found`. */
    resolve: (key: string, unit: string): Resolved => resolveFlag(key, find(key).state, unit),

    etag: (key: string) => etagOf(storedOf(find(key))),

    /** Changes flags, all or none, each with an audit row; gives the keys that have changed. Throws `not_found`,
     *  `invalid_arguments`, `confirmation_required` without a reason, `edit_conflict`. */
    async change(
      edits: FlagEdit[],
      by: Requester,
      why: { reason: string | null; ifMatch?: string | undefined },
    ) {
      assertValid(edits);
      assertConfirmed(why, null);
      const reason = why.reason?.trim() ?? null;
      const changed = await untilFree(() =>
        flagRepository.transaction(() => {
          const known = new Map(all().map((one) => [one.flag.key, one]));
          for (const { key } of edits) assertMatches(why.ifMatch, storedOf(known.get(key) as KnownFlag));
          assertUnchanged(
            edits.flatMap((edit) => editOf(edit, known.get(edit.key) as KnownFlag)),
            now(),
          );
          const changed = write(given, withNotes(edits, reason), by);
          for (const row of rowsOf(changed)) audit.record({ ...row, outcome: 'ok', by, reason });
          return Object.keys(changed.after);
        }),
      );
      if (changed.length > 0) announce();
      return changed;
    },

    /** Stores valid edits, in the caller's transaction; the caller audits the changes, then calls `announce`. */
    write: (edits: readonly Wanted[], by: Requester) => write(given, edits, by),
    announce,
  };

  function all(): KnownFlag[] {
    const [saved, uses, at] = [flagRepository.saved(), flagRepository.uses(), now()];
    return declaredFlags.map((flag) => {
      const stored = saved.get(flag.key) ?? null;
      const { is_on, percent } = stored ?? flag.default;
      const known = { state: { is_on, percent }, saved: stored, use: uses.get(flag.key) ?? null };
      return { flag, ...known, stale: findStale(known, at) };
    });
  }

  function find(key: string): KnownFlag {
    const known = all().find(({ flag }) => flag.key === key);
    if (!known) throw unknownFlag(key);
    return known;
  }

  function announce() {
    bus.emit('flags');
  }
}

function write({ flagRepository, now }: Given, edits: readonly Wanted[], by: Requester): Changed {
  const stored = flagRepository.saved();
  const changed: Changed = { before: {}, after: {} };
  const at = now().toISOString();
  for (const { key, to } of edits) {
    const before = storedValue(stored.get(key));
    if (isSameValue(before, to)) continue;
    if (to === null) flagRepository.remove(key, at);
    else flagRepository.put({ key, ...to, changed_at: at, changed_by: by.actor });
    changed.before[key] = before;
    changed.after[key] = to;
  }
  return changed;
}

function withNotes(edits: FlagEdit[], reason: string | null): Wanted[] {
  const ownNote = reason === null ? null : shorten(reason, maxNoteLength);
  return edits.map(({ key, to }) => ({
    key,
    to: to && { ...to, note: to.note === undefined ? ownNote : to.note },
  }));
}

function assertValid(edits: FlagEdit[]) {
  for (const { key } of edits) if (!findFlag(key)) throw unknownFlag(key);
  const problems = edits.flatMap(({ key, to }) => {
    const message = findFault(to);
    return message === null ? [] : [{ field: key, message }];
  });
  if (problems.length > 0) throw invalidArguments(problems);
}

/** The part that a save replaces. */
function storedOf({ state, saved }: KnownFlag) {
  return { ...state, note: saved?.note ?? null, changed_at: saved?.changed_at ?? null };
}

function storedValue(saved: SavedFlag | undefined): FlagValue | null {
  return saved ? { is_on: saved.is_on, percent: saved.percent, note: saved.note } : null;
}

/** The audit rows of a change. */
function rowsOf({ before, after }: Changed) {
  return Object.entries(after).map(([key, value]) => {
    return { event: flagChange.name, target: flagTarget(key), detail: { before: before[key], after: value } };
  });
}
