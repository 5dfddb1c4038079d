// The one recommendation for an index that is not in order: banners, cards and texts all give it.
import type { Config } from '../core/config.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { builtIn } from '../embedding/built-in.ts';
import type { IndexState } from './live.ts';

/** `advice` is a sentence; `label` a button that opens the dialog at `href`. */
export type Remedy = { operation: 'index' | 'repair'; href: string; label: string; advice: string };

/** Whether the settings name another model than the index has, which still answers. */
export function isOutdated(
  { state, model }: Pick<IndexState, 'state' | 'model'>,
  { embedding }: Pick<Config, 'embedding'>,
): boolean {
  return state === 'broken' && model !== null && model !== (embedding?.model ?? builtIn.name);
}

/** Null when nothing is to do, or when the library is empty. An unusable or absent index, or one without a word index, is rebuilt;
 *  one that differs from the library is repaired. */
export function remedyOf(
  index: Pick<IndexState, 'state' | 'entries' | 'fresh' | 'orphans' | 'words_problem'>,
): Remedy | null {
  const { state, entries, fresh, orphans, words_problem } = index;
  const rebuild = () => remedy('index', 'Rebuild index…', 'Rebuild the index.');
  if (state === 'broken' || state === 'none') return entries === 0 ? null : rebuild();
  const behind = entries - fresh;
  if (behind > 0)
    return remedy('repair', `Repair ${plural(behind, 'entry', 'entries')}…`, 'Repair the index.');
  if (orphans > 0) return remedy('repair', `Remove ${plural(orphans, 'vector')}…`, 'Repair the index.');
  return words_problem === null ? null : rebuild();
}

function remedy(operation: Remedy['operation'], label: string, advice: string): Remedy {
  return { operation, href: url(`/ui/operations/${operation}/confirm`), label, advice };
}
