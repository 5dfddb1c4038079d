// Remembers what the last look at each named sheet has seen, and keeps since when the sheet has changed.
import { isDeepStrictEqual } from 'node:util';
import type { Bus } from '../core/bus.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import type { Drift } from './drift.ts';
import type { Health } from './health.ts';
import type { SourceStates } from './source-state-repository.ts';

type Seen = { source: SheetSource; drift: Drift; health: Health['state'] | null };

type Given = {
  bus: Bus;
  now: () => Date;
  states: Pick<SourceStates, 'find' | 'changedSince'>;
  /** Stores it; a look goes on when that fails. */
  keepChange: (name: string, since: string | null) => void | Promise<void>;
};

export type SourceLooks = ReturnType<typeof createSourceLooks>;

export function createSourceLooks({ bus, now, states, keepChange }: Given) {
  const seen = new Map<string, Seen>();
  const find = (source: SheetSource): Seen | null => {
    const last = seen.get(source.name);
    return last && isDeepStrictEqual(last.source, source) ? last : null;
  };

  return {
    /** Null before the first look at the sheet as it is named now. */
    known: (source: SheetSource): Drift | null => find(source)?.drift ?? null,

    /** Takes what a look has seen. A sheet that cannot be compared has the change that was seen before. */
    async note(source: SheetSource, drift: Drift) {
      const stored = states.changedSince(source.name);
      const before = find(source);
      seen.set(source.name, { source, drift, health: before?.health ?? null });
      const since = changedSince(stored, drift, seenAt(source));
      if (since !== stored) await keepChange(source.name, since);
      if (since !== stored || (before && !isDeepStrictEqual(before.drift, drift))) bus.emit('sources');
    },

    /** Announces a health that has changed with the time. */
    noteHealth(source: SheetSource, { state }: Health) {
      const last = find(source);
      if (!last) return;
      const isOther = last.health !== null && last.health !== state;
      last.health = state;
      if (isOther) bus.emit('sources');
    },
  };

  /** A Google spreadsheet was seen by its check. */
  function seenAt({ name, kind }: SheetSource): string {
    const check = kind === 'google' ? states.find(name) : null;
    return check?.checked_at ?? now().toISOString();
  }
}

function changedSince(stored: string | null, { state }: Drift, at: string): string | null {
  if (state === 'changed') return stored ?? at;
  return state === 'unchanged' || state === 'never' ? null : stored;
}
