import { importOperation } from '../../sheets/import-operation.ts';
import type { SharedCard } from '../../web/card.ts';
import { levelWords } from '../../window-store/level-words.ts';
import type { SourceContext } from '../parts.ts';

/** Says that a maintenance window holds imports and exports back, and until when; empty without one. */
export const importsHeldCard = ({ lockQueue }: Pick<SourceContext, 'lockQueue'>): SharedCard => ({
  name: 'imports-held',
  host: 'imports-held',
  path: '/ui/sources/held',
  dirtyOn: ['maintenance'],
  load() {
    const window = lockQueue.windowOver(importOperation.locks({}));
    return {
      held: window && {
        runs: levelWords[window.level].runs,
        reason: window.reason,
        by: window.created_by,
        ends_at: window.ends_at,
      },
    };
  },
});
