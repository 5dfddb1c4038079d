// Applies the plan of an undo. Categories are added before their entries and removed after them; names that change hands are
// set aside first.
import type { Change } from '../library/change-record-repository.ts';
import type { Library } from '../library/repository.ts';
import type { Step } from './step.ts';
import type { UndoRepository } from './undo-repository.ts';

/** `onWritten` receives the number of rows written so far. */
export function applyUndo(
  { steps }: { steps: Step[] },
  library: Library,
  undo: UndoRepository,
  onWritten: (rows: number) => void,
) {
  const categories = steps.filter(({ kind }) => kind === 'category');
  const leaving = categories.filter(({ action }) => action === 'delete');
  const entries = steps.filter(({ kind }) => kind !== 'category');
  for (const { key, now, old } of categories) {
    if (now !== null && now !== old) library.category.setNameAside(key);
  }
  const put = [...categories.filter(({ action }) => action !== 'delete'), ...entries];
  for (const [at, step] of put.entries()) {
    putBack(step, library, undo);
    onWritten(at + 1);
  }
  for (const [at, { key }] of leaving.entries()) {
    if (!library.category.remove(key)) throw new Error(`Category ${key} still has entries.`);
    onWritten(put.length + at + 1);
  }
}

function putBack({ kind, key, action, isTextChanged }: Step, library: Library, undo: UndoRepository) {
  if (kind === 'category') return undo.category[action === 'insert' ? 'insert' : 'update'](key);
  if (action === 'delete') return library[kind].remove(key);
  undo[kind][action](key);
  undo[kind].restoreOrigin(key);
  if (action === 'insert' || isTextChanged) undo[kind].restoreEmbedding(key);
}

/** Each row that applying the steps changes. */
export function* changesOf({ steps }: { steps: Step[] }, undo: UndoRepository): Generator<Change> {
  for (const { kind, key } of steps) yield { kind, key, values: undo[kind].find(key).old };
}
