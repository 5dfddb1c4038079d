// The refusal of a save whose author has not seen the newest version. It carries both texts, so that nothing is lost.
import { AppError } from '../core/errors.ts';
import {
  type Document,
  type DocumentFields,
  type DocumentKey,
  fieldsOf,
  kindWords,
  unknownDocument,
} from './document.ts';

/** `current`: the newest version; null if the document was removed. `next`: the number that the refused text would get. */
export type SaveConflict = {
  current: (DocumentFields & { version: number; by: string; at: string }) | null;
  yours: DocumentFields;
  seen: number;
  next: number;
};

type Given = { key: DocumentKey; fields: DocumentFields; seen: number; before: Document | null };

export function conflict({ key, fields, seen, before }: Given): AppError {
  if (!before) return unknownDocument(key);
  const { version, by, at, removed_at } = before;
  const current = removed_at === null ? { version, by, at, ...fieldsOf(before) } : null;
  const details: SaveConflict = { current, yours: fields, seen, next: version + 1 };
  return new AppError('edit_conflict', describe(key, before, seen), details);
}

function describe({ kind, slug }: DocumentKey, { version, by, removed_at }: Document, seen: number): string {
  if (removed_at !== null)
    return `This ${kindWords[kind]} was removed after version ${version}. Nothing was saved. Version 0 brings it back.`;
  if (seen === 0) return `There is a ${kindWords[kind]} “${slug}” already. Nothing was saved.`;
  return `Version ${version} was saved by ${by} since you opened version ${seen}. Nothing was saved.`;
}

/** Null for another error. */
export function readConflict(error: AppError): SaveConflict | null {
  return error.code === 'edit_conflict' ? ((error.details as SaveConflict | undefined) ?? null) : null;
}
