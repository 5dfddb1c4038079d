import { formatNumber } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import { describeSummary } from './groups.ts';
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
