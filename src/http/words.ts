// What templates may call: the wording of numbers, and times in the zone of this machine.
import * as wording from '../wording.ts';

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `22 Nov 2026, 14:07:02`; a small script in the page says how long ago that is. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return `${date.format(at)}, ${clock.format(at)}`;
}

export const words = {
  ...wording,
  localTime,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

export type Words = typeof words;
