// One row that an undo or a restore puts back, or leaves alone.
import { type Kind, shapes } from '../library/rules.ts';
import { changedColumns } from '../sheets/compare.ts';
import type { FoundRow } from './undo-repository.ts';

/** A step writes or removes one row. */
export type Step = {
  kind: Kind;
  key: string;
  action: 'insert' | 'update' | 'delete';
  isTextChanged: boolean;
  /** Of an entry: its category in the library and in the backup. Of a category: its names. */
  now: string | null;
  old: string | null;
};

export type LeftAlone = { kind: Kind; key: string; why: string };

export function stepOf(kind: Kind, { key, now, old }: FoundRow): Step {
  const { compared, embedded } = shapes[kind];
  const changed = now && old ? changedColumns(now, old).map((at) => compared[at] ?? '') : [];
  return {
    kind,
    key,
    action: now === null ? 'insert' : old === null ? 'delete' : 'update',
    isTextChanged: changed.some((name) => embedded.includes(name)),
    now: now && String(now[1]),
    old: old && String(old[1]),
  };
}
