import { formatNumber, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { Summary } from './groups.ts';
import type { ErrorContext } from './parts.ts';

export const errorsRow = ({ groups }: Pick<ErrorContext, 'groups'>): HubRow => ({
  hub: 'activity',
  position: 20,
  icon: 'cross',
  name: 'Errors',
  href: '/errors',
  dirtyOn: ['errors'],
  load() {
    const summary = groups.summary();
    const sentence = describeSummary(summary);
    if (summary.back === 0) return { sentence };
    return { sentence, badge: { tone: 'bad', label: `${formatNumber(summary.back)} came back` } };
  },
});

/** `3 groups open, 41 times in 24 h. 1 came back after it was resolved.` */
export function describeSummary({ all, open, back, timesInDay }: Summary): string {
  if (all === 0) return 'No error was seen yet.';
  if (open === 0) return `No group is open; ${plural(all, 'group')} in all.`;
  const times = `${plural(open, 'group')} open, ${plural(timesInDay, 'time')} in 24 h.`;
  return back === 0
    ? times
    : `${times} ${formatNumber(back)} came back after ${back === 1 ? 'it was' : 'they were'} resolved.`;
}
