// The row of incidents on the hub of the status.
import { formatNumber, plural } from '../core/format.ts';
import type { HubRow, HubState } from '../core/hub-row.ts';
import { activeStatuses } from '../incident-store/incident.ts';
import { toneOf } from '../incident-store/tone.ts';
import type { Overview } from './overview.ts';
import type { IncidentContext } from './parts.ts';

export const incidentsRow = ({ overview }: Pick<IncidentContext, 'overview'>): HubRow => ({
  hub: 'status',
  position: 5,
  icon: 'pulse',
  name: 'Incidents',
  href: '/incidents',
  dirtyOn: ['incidents', 'findings'],
  load(): HubState {
    const all = overview.read();
    const sentence = describeIncidents(all);
    const active = activeStatuses.find((status) => all[status] > 0);
    const tone = toneOf({ status: active ?? 'closed', severity: all.worst ?? 4 });
    if (!active || tone === 'idle') return { sentence };
    return { sentence, badge: { tone, label: `${formatNumber(all[active])} ${active}` } };
  },
});

/** `2 open, the worst of severity 1; 1 mitigated. 3 action items open, 1 overdue.` */
export function describeIncidents({ open, mitigated, closed, worst, overdue, items }: Overview): string {
  if (open + mitigated + closed === 0) return 'No incident yet.';
  const parts = [
    open === 0 ? 'None open' : `${formatNumber(open)} open, the worst of severity ${worst}`,
    ...(mitigated > 0 ? [`${formatNumber(mitigated)} mitigated`] : []),
  ];
  const late = items.overdue > 0 ? `, ${formatNumber(items.overdue)} overdue` : '';
  return [
    `${parts.join(open > 0 ? '; ' : ', ')}.`,
    ...(overdue > 0 ? [`${formatNumber(overdue)} beyond the due time.`] : []),
    ...(items.open > 0 ? [`${plural(items.open, 'action item')} open${late}.`] : []),
  ].join(' ');
}
