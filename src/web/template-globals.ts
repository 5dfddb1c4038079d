// Functions that templates may call: for addresses, numbers, and times in the zone of this machine.
import { formatBytes, formatDuration, formatNumber, plural } from '../core/format.ts';
import { describeLack, mayAct, type Role } from '../core/role.ts';
import { url } from '../core/url.ts';

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

let timeZone: string | null = null;

/** Resolved for the first page, because the first call to Intl takes longer than opening both databases. */
function localTimeZone(): string {
  timeZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return timeZone;
}

/** The attributes of a button of an action that needs a role: none, or those that keep it focusable, disabled and explained.
 *  A button beyond one's role sends no form. */
function needs(least: Role, role: Role): string {
  if (mayAct(role, least)) return '';
  const why = describeLack(role, least);
  return `type="button" aria-disabled="true" data-locked title="${why}" aria-description="${why}"`;
}

export const templateGlobals = {
  needs,
  url,
  formatBytes,
  formatDuration,
  formatNumber,
  plural,
  localTime,
  localTimeZone,
};
