// How long each step of a run took: from the end of the step that was ended before it, or from the start of the run.
import type { ChecklistItem } from '../checklist/checklist.ts';

/** Seconds, by the number of the step; steps that are open have none. */
export function timeSteps(startedAt: string, items: Pick<ChecklistItem, 'n' | 'at' | 'state'>[]) {
  const ended = items
    .flatMap(({ n, at, state }) => (at === null || state === 'open' ? [] : [{ n, ms: Date.parse(at) }]))
    .sort((one, other) => one.ms - other.ms);
  return new Map(
    ended.map(({ n, ms }, at) => {
      const since = ended[at - 1]?.ms ?? Date.parse(startedAt);
      return [n, Math.max(0, (ms - since) / 1000)];
    }),
  );
}
