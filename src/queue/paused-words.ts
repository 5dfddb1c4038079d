// Words on pauses: of the workers, of kinds of entries, or of both.
import { formatList, lowerFirst, upperFirst } from '../core/format.ts';
import type { Kind } from '../library/content.ts';
import { kindTitles } from '../workers/paused-kinds.ts';

/** `kinds`: the paused ones. */
export type Paused = { workers: boolean; kinds: Kind[] };

/** `the workers and manuals are paused`; null while nothing is. */
export function describePaused({ workers, kinds }: Paused): string | null {
  const names = [...(workers ? ['the workers'] : []), ...kinds.map((kind) => lowerFirst(kindTitles[kind]))];
  return names.length === 0 ? null : `${formatList(names)} are paused`;
}

/** With the next step. */
export function describePausedWait(paused: Paused, hasWorkers: boolean): string | null {
  const words = describePaused(paused);
  if (words === null) return null;
  const them = ['them', 'both'][Number(paused.workers) + paused.kinds.length - 1] ?? 'all';
  const [also, start] = hasWorkers ? ['', ''] : [', and no worker is running', ' and start a worker'];
  return `${upperFirst(words)}${also}. Resume ${them}${start} to embed the entries.`;
}
