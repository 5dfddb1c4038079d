// Functions that templates may call: for addresses, numbers, times in the zone of this machine, and the attributes of controls.
import { formatBytes, formatDuration, formatLimit, formatNumber, months, plural } from '../core/format.ts';
import type { Hold } from '../core/hold-back.ts';
import { url } from '../core/url.ts';
import { createControlAttributes } from './control-attributes.ts';
import type { DeclaredActions } from './declared-actions.ts';
import { focusProblem } from './focus-problem.ts';

/** `22 Nov 2026, 14:07:02`; times.js shows the age in the browser. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  return `${localDay(iso)}, ${clockOf(at)}`;
}

/** `22 Nov 2026` */
function localDay(iso: string): string {
  const at = new Date(iso);
  return `${dayOf(at)} ${at.getFullYear()}`;
}

/** `30 Nov, 14:30` */
export function dayTime(iso: string): string {
  const at = new Date(iso);
  return `${dayOf(at)}, ${clockOf(at).slice(0, 'HH:MM'.length)}`;
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
  formatLimit,
  formatNumber,
  plural,
  localDay,
  localTime,
  localTimeZone,
  focusProblem,
};

/** `currentHold` gives the hold that maintenance has on changes; null without one. */
export function createGlobals(actions: DeclaredActions, currentHold: () => Hold | null) {
  return { ...constants, ...createControlAttributes(actions, () => describeHold(currentHold())) };
}

/** `Read-only for maintenance until 29 Nov, 14:30: new disk` */
function describeHold(hold: Hold | null): string | null {
  if (hold === null) return null;
  const until = hold.ends_at === null ? '' : ` until ${dayTime(hold.ends_at)}`;
  return `Read-only for maintenance${until}: ${hold.why}`;
}
