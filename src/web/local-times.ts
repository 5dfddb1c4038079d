// Shows moments in local time. Texts of the domain name them in UTC (`formatMinute`), because they also leave this machine.
import { clockOf, dayOf } from './template-globals.ts';

const moment = /(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g;

/** `2026-11-29 16:55 UTC` → `29 Nov 2026, 17:55` */
export function showLocalTimes(text: string): string {
  if (!text.includes(' UTC')) return text;
  return text.replace(moment, (_, day, minute) => {
    const at = new Date(`${day}T${minute}:00Z`);
    return `${dayOf(at)} ${at.getFullYear()}, ${clockOf(at).slice(0, 'HH:MM'.length)}`;
  });
}
