// The formatters for templates: numbers, and times in the zone of this machine.
import * as formatters from '../core/format.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/** `22 Nov 2026, 14:07:02`; times.js shows the age in the browser. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return `${at.getDate()} ${months[at.getMonth()]} ${at.getFullYear()}, ${clockOf(at)}`;
}

/** `14:07:02`. Not Intl.DateTimeFormat, which would take a tenth of the time of a page. */
export function clockOf(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** Resolved for the first page, because the first call to Intl takes longer than opening both databases. */
let timeZone: string | null = null;

export const templateFormat = {
  ...formatters,
  localTime,
  get timeZone() {
    timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
    return timeZone;
  },
};
