// Checks that incidents are mitigated in time, and that action items are done by their days.
import type { Check, CheckHead, Found } from '../core/check.ts';
import { formatDay, formatMinute, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { ChecklistItem } from '../checklist/checklist.ts';
import type { ChecklistRepository } from '../checklist/checklist-repository.ts';
import type { Incident } from '../incident-store/incident.ts';
import type { ListRepository } from './list-repository.ts';

export const incidentsHead = {
  id: 'incidents',
  component: 'incident',
  title: 'Incidents',
} as const satisfies CheckHead;

/** Findings of each kind; further ones are in the list of incidents. */
const maxFound = 20;

type Given = {
  lists: Pick<ListRepository, 'overdue' | 'tally'>;
  checklistRepository: Pick<ChecklistRepository, 'openOf' | 'countOpen'>;
  now: () => Date;
};

export const incidentsCheck = ({ lists, checklistRepository, now }: Given): Check => ({
  ...incidentsHead,
  everySec: 60,
  dirtyOn: ['incidents'],
  look() {
    const at = now().toISOString();
    const today = at.slice(0, 'YYYY-MM-DD'.length);
    const { open, overdue } = lists.tally(at);
    const items = checklistRepository.openOf('incident', maxFound).filter(({ due }) => due && due < today);
    const late = checklistRepository.countOpen('incident', today).overdue;
    return {
      says: `${plural(open, 'incident')} open, ${overdue} beyond the due time; ${plural(late, 'action item')} overdue`,
      found: [...lists.overdue(at, maxFound).map(lateIncident), ...items.map(lateItem)],
    };
  },
});

function lateIncident({ number, title, due_at }: Incident): Found {
  return {
    subject: `incident-${number}`,
    severity: 'warning',
    title: `Incident #${number} is not mitigated in time`,
    text: `${title}. It was to be mitigated by ${formatMinute(due_at)}. Mitigate it, or lower its severity.`,
    stops: [],
    since: due_at,
    fix: { href: url(`/incidents/${number}`), label: `Incident #${number}` },
  };
}

function lateItem({ of, n, text, owner, due }: ChecklistItem): Found {
  const number = of.slice('incident:'.length);
  const who = owner ? `${owner} was to do it` : 'It was to be done';
  return {
    subject: `incident-${number}-item-${n}`,
    severity: 'info',
    title: `Action item ${n} of incident #${number} is overdue`,
    text: `“${text}”. ${who} by ${formatDay(due ?? '')}. Tick it off, or skip it.`,
    stops: [],
    fix: { href: url(`/incidents/${number}`), label: `Incident #${number}` },
  };
}
