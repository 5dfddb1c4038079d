// The names of what a plan does with rows. A plan that puts rows back says so.
import { upperFirst } from '../../core/format.ts';
import type { Operation } from '../../core/operation.ts';
import { putBackWords } from '../../undo/put-back-operation.ts';
import { putsBack } from '../../undo/undoability.ts';
import type { Plan } from '../plan.ts';

const plain: Record<keyof Plan['counts'], string> = {
  added: 'Added',
  changed: 'Changed',
  unchanged: 'Unchanged',
  removed: 'Removed',
  wrong: 'Wrong rows',
  warning: 'Warnings',
  left_alone: 'Left alone',
};

export function wordsOf(operation: Operation): typeof plain {
  if (!putsBack(operation)) return plain;
  return { ...plain, added: upperFirst(putBackWords.added), changed: upperFirst(putBackWords.changed) };
}
