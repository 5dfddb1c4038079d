// Holds the findings of all checks. A result counts at once, before it is saved: a full disk or a damaged
// database must not hide itself.
import { type Found, worstFirst } from '../core/check.ts';
import {
  type Finding,
  isMuted,
  isOpen,
  type Judged,
  judgeFound,
  judgeNotFound,
  type Origin,
  type Streak,
  unmuted,
} from './finding.ts';
import { createFindingSaver, type FindingSaver, type Saving } from './finding-saver.ts';
import { createOpeningAudit, type OpeningAudit } from './opening-audit.ts';
import { lookSubject } from './watch.ts';

/** Further cleared findings are forgotten, unless they are muted. */
const keptCleared = 1000;

/** `finding` is null until it opens first. `causedBy`: as the last look has said. */
type Entry = Named & { finding: Finding | null; causedBy: string[]; streak: Streak; audit: OpeningAudit };
type Named = Pick<Finding, 'check_id' | 'subject'>;

export type Findings = ReturnType<typeof createFindings>;

export function createFindings(saving: Saving) {
  const { now } = saving;
  const saver = createFindingSaver(saving);
  const entries = createEntries(saving.repository.all());
  const all = () => entries.all().flatMap(({ finding }) => finding ?? []);
  const takeOne = (origin: Origin, found: Found) => {
    const entry = entries.of({ check_id: origin.check_id, subject: found.subject });
    entry.streak = { found: entry.streak.found + 1, notFound: 0 };
    entry.causedBy = found.causedBy ?? [];
    apply(entry, judgeFound(entry.finding, found, origin, entry.streak, now()), saver, now());
  };
  const takeMissing = (entry: Entry) => {
    entry.streak = { found: 0, notFound: entry.streak.notFound + 1 };
    if (entry.finding) apply(entry, judgeNotFound(entry.finding, entry.streak, now()), saver, now());
    else entries.remove(entry);
  };

  return {
    /** All that ever was found, in the order of the first opening. */
    all,
    /** The open findings, worst first, then the newest. */
    open: () => all().filter(isOpen).sort(byWeight),
    find: (id: number) => all().find((finding) => finding.id === id) ?? null,

    /** Whether an open error of another check is its cause. */
    isExplained: (finding: Finding) => causeOf(entries, finding) !== null,

    /** The open error of another check that is its cause; null without one. */
    causeOf: (finding: Finding) => causeOf(entries, finding),

    /** Takes what a look of a check has found; returns whether something is open now, and whether a further look must
     *  confirm an end. */
    take(origin: Origin, found: Found[]) {
      for (const one of found) takeOne(origin, one);
      const subjects = found.map(({ subject }) => subject);
      const missing = entries.ofCheck(origin.check_id).filter(({ subject }) => !subjects.includes(subject));
      for (const entry of missing) takeMissing(entry);
      forgetOldest(entries, saver);
      const isEnding = missing.some(({ finding }) => finding && isOpen(finding));
      return { hasTrouble: found.length > 0 || isEnding, needsConfirming: isEnding };
    },

    /** Takes one finding of a check, and leaves the others as they are. */
    takeOne,

    /** Clears at once what no check looks at any more. */
    clearOthers(checkIds: string[]) {
      const others = entries.all().filter(({ check_id }) => !checkIds.includes(check_id));
      for (const entry of [...others, ...others]) takeMissing(entry);
      saver.save();
    },

    /** Ends the mutes whose time is over. */
    endMutes() {
      for (const entry of entries.all()) endMute(entry, saver, now());
      saver.save();
    },

    /** Writes what is not saved yet, if ops.db is free, and announces changes. */
    save: saver.save,

    ...createStored(saving, entries),
  };
}

/** Changes of saved findings by other parts. Both throw what SQLite throws. */
function createStored({ repository, bus }: Saving, entries: Entries) {
  return {
    /** Replaces a finding: `write` runs in the transaction. */
    replace(finding: Finding, write: () => void) {
      repository.putWith(finding, write);
      entries.of(finding).finding = finding;
      bus.emit('findings');
    },

    /** Links a finding to the incident that `write` returns, in one transaction. */
    link<Linked extends { number: number }>(finding: Finding, write: () => Linked): Linked {
      const incident = repository.transaction(() => {
        const incident = write();
        repository.put({ ...finding, incident: incident.number });
        return incident;
      });
      entries.of(finding).finding = { ...finding, incident: incident.number };
      bus.emit('findings');
      return incident;
    },
  };
}

function causeOf(entries: Entries, finding: Finding): Finding | null {
  const { causedBy } = entries.of(finding);
  const found = entries.all().find((entry) => causedBy.includes(entry.check_id) && isCause(entry, finding));
  return found?.finding ?? null;
}

/** A check that could not look explains nothing. */
function isCause({ finding }: Entry, { check_id }: Finding): boolean {
  if (!finding || !isOpen(finding) || finding.check_id === check_id) return false;
  return finding.severity === 'error' && finding.subject !== lookSubject;
}

function endMute(entry: Entry, { note }: FindingSaver, now: Date) {
  const { finding } = entry;
  if (!finding || finding.muted_until === null || isMuted(finding, now)) return;
  entry.finding = { ...finding, ...unmuted };
  note(entry, null, true);
}

function forgetOldest(entries: Entries, { forget }: FindingSaver) {
  for (const entry of entries.cleared().slice(0, -keptCleared)) {
    if (entry.finding?.muted_until) continue;
    entries.remove(entry);
    forget(entry);
  }
}

function apply(entry: Entry, { finding, did, transition }: Judged, { note }: FindingSaver, now: Date) {
  entry.finding = finding;
  if (!finding) return;
  if (did === 'opened') note(entry, entry.audit.opened(transition ?? 'first', now), true);
  else if (did === 'cleared') note(entry, entry.audit.cleared(), true);
  else {
    const owed = isOpen(finding) ? entry.audit.seen(now) : null;
    if (owed || did !== 'nothing') note(entry, owed, did === 'changed');
  }
}

type Entries = ReturnType<typeof createEntries>;

/** One entry for each check and subject. */
function createEntries(saved: Finding[]) {
  const entries = new Map<string, Entry>();
  const keyOf = ({ check_id, subject }: Named) => JSON.stringify([check_id, subject]);
  const of = ({ check_id, subject }: Named): Entry => {
    const key = keyOf({ check_id, subject });
    const streak = { found: 0, notFound: 0 };
    const entry = entries.get(key) ?? {
      check_id,
      subject,
      finding: null,
      causedBy: [],
      streak,
      audit: createOpeningAudit(),
    };
    entries.set(key, entry);
    return entry;
  };
  for (const finding of saved) of(finding).finding = finding;
  const all = () => [...entries.values()];
  return {
    of,
    all,
    ofCheck: (id: string) => all().filter(({ check_id }) => check_id === id),
    /** The cleared ones, those that cleared first before the others. */
    cleared: () =>
      all()
        .filter(({ finding }) => finding?.cleared_at)
        .sort(byEnd),
    remove: (named: Named) => void entries.delete(keyOf(named)),
  };
}

function byEnd(one: Entry, other: Entry): number {
  return (one.finding?.cleared_at ?? '').localeCompare(other.finding?.cleared_at ?? '');
}

function byWeight(one: Finding, other: Finding): number {
  return worstFirst(one, other) || other.opened_at.localeCompare(one.opened_at);
}
