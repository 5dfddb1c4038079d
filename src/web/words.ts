// What templates may call: the wording of numbers, and times in the zone of this machine.
import type { Kind } from '../library/content.ts';
import type { Reason, Standing } from '../index/state.ts';
import * as wording from '../core/format.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/** `22 Nov 2026, 14:07:02`; a small script in the page says how long ago that is. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${clockOf(at)}`;
}

/** `14:07:02`. Pages hold many times, and Intl.DateTimeFormat would take a tenth of the time that a page takes. */
export function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** Browsers take the ids `.` and `..` out of a path, so these two go in the query. */
export function entryUrl(kind: Kind, id: string): string {
  const isPath = id !== '.' && id !== '..';
  const query = new URLSearchParams(isPath ? { kind } : { kind, id });
  return `/library/${isPath ? encodeURIComponent(id) : '-'}?${query}`;
}

const reasons: Record<Reason, Record<'stale' | 'missing', string>> = {
  waits: {
    stale: 'Changed since it was embedded; it waits for a new embedding.',
    missing: 'Not embedded yet; it waits in the queue.',
  },
  other_model: {
    stale: 'Embedded with another model since the index was built.',
    missing: 'Embedded with another model than the index.',
  },
  embedded_since: {
    stale: 'Embedded anew since the index was built.',
    missing: 'Embedded since the index was built.',
  },
};

/** Why an entry is stale or missing; empty for other entries. */
function standingReason({
  standing,
  reason,
}: {
  standing: Standing | 'orphan';
  reason: Reason | null;
}): string {
  return reason !== null && (standing === 'stale' || standing === 'missing') ? reasons[reason][standing] : '';
}

/** Found with the first page: the first question to Intl takes longer than to open both databases. */
let timeZone: string | null = null;

export const words = {
  ...wording,
  localTime,
  entryUrl,
  standingReason,
  get timeZone() {
    timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
    return timeZone;
  },
};
