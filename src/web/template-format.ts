// What templates may call: the wording of numbers, and times in the zone of this machine.
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

/** Found with the first page: the first question to Intl takes longer than to open both databases. */
let timeZone: string | null = null;

export const templateFormat = {
  ...wording,
  localTime,
  get timeZone() {
    timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
    return timeZone;
  },
};
