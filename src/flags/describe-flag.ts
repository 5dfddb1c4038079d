// A flag as the API and the command line show it, and the sentence about all.
import { shareOf } from './flag.ts';
import type { KnownFlag } from './known-flag.ts';

export type FlagRecord = ReturnType<typeof describeFlag>;

export function describeFlag({ flag, state, saved, use, stale }: KnownFlag) {
  const { key, scope, unit, owner, text } = flag;
  return {
    key,
    scope,
    unit,
    owner,
    text,
    ...state,
    default: { ...flag.default },
    is_default: saved === null,
    note: saved?.note ?? null,
    changed_at: saved?.changed_at ?? null,
    changed_by: saved?.changed_by ?? null,
    read_at: use?.read_at ?? null,
    is_stale: stale !== null,
    stale_because: stale,
  };
}

/** `3 of 5 on, 1 stale.` */
export function describeFlags(all: KnownFlag[]): string {
  const on = all.filter(({ state }) => shareOf(state) > 0).length;
  const stale = all.filter((one) => one.stale !== null).length;
  return `${on} of ${all.length} on${stale > 0 ? `, ${stale} stale` : ''}.`;
}
