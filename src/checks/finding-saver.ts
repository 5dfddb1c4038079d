// Saves findings as soon as ops.db can be written, with the audit rows of their moves, and announces changes. While it cannot
// be written, nothing is lost: the next call tries again.
import { type Audit, systemRequester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { type Finding, findingTarget, isMuted } from './finding.ts';
import type { FindingRepository } from './finding-repository.ts';
import type { AuditedMove } from './opening-audit.ts';

/** Holds the newest state of one finding. */
export type Holder = { finding: Finding | null };

export type Saving = {
  repository: FindingRepository;
  audit: Audit;
  bus: Bus;
  /** The id of the maintenance window that is under way. Findings that open in it are expected. */
  windowUnderWay: () => number | null;
  now: () => Date;
  /** Called once for each series of failures. */
  onError: (error: unknown) => void;
};

export type FindingSaver = ReturnType<typeof createFindingSaver>;

export function createFindingSaver(saving: Saving) {
  const { repository, bus, onError } = saving;
  const unsaved = new Map<Holder, AuditedMove[]>();
  let forgotten: Holder[] = [];
  let isFailing = false;
  let isChanged = false;

  return {
    /** `changes`: pages show it differently. */
    note(holder: Holder, move: AuditedMove | null, changes: boolean) {
      unsaved.set(holder, [...(unsaved.get(holder) ?? []), ...(move ? [move] : [])]);
      isChanged ||= changes;
    },

    /** Deletes the row of a saved finding. */
    forget(holder: Holder) {
      forgotten.push(holder);
    },

    save() {
      if (unsaved.size + forgotten.length > 0) trySaving();
      if (!isChanged) return;
      isChanged = false;
      bus.emit('findings');
    },
  };

  function trySaving() {
    try {
      const ids: [Finding, number][] = [];
      repository.transaction(() => {
        for (const [{ finding }, moves] of unsaved) {
          if (!finding) continue;
          const id = repository.put(finding);
          ids.push([finding, id]);
          for (const move of moves) recordMove(saving, finding, id, move);
        }
        for (const { finding } of forgotten) if (finding?.id) repository.remove(finding.id);
      });
      unsaved.clear();
      forgotten = [];
      for (const [finding, id] of ids) finding.id = id;
      isFailing = false;
    } catch (error) {
      if (!isFailing) onError(error);
      isFailing = true;
    }
  }
}

function recordMove(
  { audit, now, repository, windowUnderWay }: Saving,
  finding: Finding,
  id: number,
  { event, transition, suppressed }: AuditedMove,
) {
  const { check_id: check, subject, severity, title, times } = finding;
  // One that opened in a window was expected, and so is its end.
  const window =
    event === 'finding.opened' ? windowUnderWay() : repository.windowOfOpening(findingTarget(id));
  const muted = isMuted(finding, now()) && { muted: true };
  const found = { transition, check, subject, severity, title, times };
  audit.record({
    event,
    outcome: 'ok',
    by: systemRequester,
    target: findingTarget(id),
    detail: {
      ...found,
      ...(suppressed > 0 && { suppressed }),
      ...(window && { in_window: window }),
      ...muted,
    },
  });
}
