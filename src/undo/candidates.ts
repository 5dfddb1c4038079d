// The rows that an undo or a restore judges: those that a job has changed, or all that differ from the backup.
import { hashValues } from '../library/change-record-repository.ts';
import { isLocalOnly, type Kind, kinds } from '../library/rules.ts';
import type { FoundRow, UndoRepository } from './undo-repository.ts';

/** `why`: the reason to leave the row alone, as a sentence; null without one. */
type Candidate = FoundRow & { why: string | null };

/** `size`: how many there are. `alike`: how many further rows are the same in library and backup. */
export type Candidates = { size: number; alike: number; of(kind: Kind): Iterable<Candidate> };

/** The rows that the recorded job has changed, in the order of its record. A row that was changed since has a reason. */
export function findRecorded(undo: UndoRepository): Candidates {
  const record = undo.record();
  if (!record) throw new Error('The attached backup has no record of what was changed.');
  const { changes } = record;
  return {
    size: sum((kind) => changes[kind].length),
    alike: 0,
    *of(kind) {
      for (const [key, hash] of changes[kind]) {
        const row = undo[kind].find(key);
        yield { ...row, why: describeChange(row, hash) };
      }
    },
  };
}

/** `hash`: that of the row as the job has left it; null for one that it has removed. */
function describeChange({ now }: FoundRow, hash: string | null): string | null {
  if (now === null) return hash === null ? null : 'It was removed since.';
  if (hash === null) return 'It was added again since.';
  return hashValues(now) === hash ? null : 'It was changed since.';
}

/** Every row that differs from the backup. One that is local only has a reason: no sheet could bring it back. */
export function findDiffering(undo: UndoRepository): Candidates {
  const keys = { category: [], experience: [], manual: [] } as Record<Kind, string[]>;
  for (const kind of kinds) keys[kind] = undo[kind].differing();
  return {
    size: sum((kind) => keys[kind].length),
    alike: sum((kind) => undo[kind].alike()),
    *of(kind) {
      for (const key of keys[kind]) {
        const row = undo[kind].find(key);
        yield { ...row, why: describeLocal(kind, row) };
      }
    },
  };
}

function describeLocal(kind: Kind, { now, old }: FoundRow): string | null {
  if (now === null || !isLocalOnly(kind, now)) return null;
  return `It is marked local only and was ${old === null ? 'added' : 'changed'} since, so it stays.`;
}

function sum(of: (kind: Kind) => number): number {
  return kinds.reduce((total, kind) => total + of(kind), 0);
}
