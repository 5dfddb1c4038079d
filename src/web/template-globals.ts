// Functions that templates may call: for addresses, numbers, times in the zone of this machine, and controls by role.
import { formatBytes, formatDuration, formatNumber, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { LeastRole } from './action.ts';
import { focusProblem } from './focus-problem.ts';
import { createRoleAttributes } from './role-attributes.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/** `22 Nov 2026, 14:07:02`; times.js shows the age in the browser. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  return `${dayOf(at)} ${at.getFullYear()}, ${clockOf(at)}`;
}

/** `22 Nov` */
export function dayOf(at: Date): string {
  return `${at.getDate()} ${months[at.getMonth()]}`;
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

const constants = {
  url,
  formatBytes,
  formatDuration,
  formatNumber,
  plural,
  localTime,
  localTimeZone,
  focusProblem,
};

/** `leastRole` gives the role that an action needs, by its name. */
export function createGlobals(leastRole: (action: string) => LeastRole) {
  return { ...constants, ...createRoleAttributes(leastRole) };
}
