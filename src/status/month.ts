// The last 30 days, from stored rows.
import { formatNumber, formatSpan, plural } from '../core/format.ts';
import { maxCounted } from './incidents-repository.ts';
import type { MonthSources } from './parts.ts';

const days = 30;
const dayMs = 86_400_000;

/** `at`: a time at the end of the text. */
export type MonthFact = { name: string; text: string; at?: string };

export function readMonth(sources: MonthSources): MonthFact[] {
  const now = sources.now();
  const since = new Date(now.getTime() - days * dayMs);
  return [
    ...ofIncidents(sources, since, now),
    ...ofUp(sources, since),
    ofFindings(sources, since),
    ofStarts(sources, since),
  ];
}

function ofIncidents({ incidents }: MonthSources, since: Date, now: Date): MonthFact[] {
  const { all, mitigated, late, meanMs } = incidents.past(since, now);
  if (all === 0) return [{ name: 'Incidents', text: 'None' }];
  const inTime = late === 0 ? 'none late' : `${formatNumber(late)} late`;
  const mean = meanMs === null ? '–' : `${formatSpan(meanMs)} on average, n ${formatNumber(mitigated)}`;
  return [
    { name: 'Incidents', text: `${formatNumber(all)}, ${inTime}` },
    { name: 'Time to mitigate', text: mean },
  ];
}

/** Absent until it is counted. */
function ofUp({ incidents }: MonthSources, since: Date): MonthFact[] {
  const percent = incidents.upPercent(since);
  if (percent === null) return [];
  // Never rounded up to 100.
  const text = percent === 100 ? '100%' : `${(Math.floor(percent * 100) / 100).toFixed(2)}%`;
  return [{ name: 'Server up', text }];
}

function ofFindings({ incidents, auditRepository }: MonthSources, since: Date): MonthFact {
  const from = auditRepository.firstIdAt(since.toISOString());
  const [opened, cleared] = ['finding.opened', 'finding.cleared'].map((event) => {
    const rows = incidents.countEvents(event, from);
    return rows > maxCounted ? `${formatNumber(maxCounted)}+` : formatNumber(rows);
  });
  return { name: 'Findings', text: `${opened} opened, ${cleared} cleared` };
}

function ofStarts({ starts }: MonthSources, since: Date): MonthFact {
  const all = starts.since(since);
  const last = all.at(-1);
  if (!last) return { name: 'Starts', text: 'None' };
  const lost = all.filter(({ isAfterLoss }) => isAfterLoss).length;
  const afterLoss = lost > 0 ? `, ${formatNumber(lost)} after a loss` : '';
  return { name: 'Starts', text: `${plural(all.length, 'start')}${afterLoss}; last`, at: last.at };
}
