// The last 30 days, from stored rows.
import { formatNumber, formatSpan, plural } from '../core/format.ts';
import type { MonthSources } from './parts.ts';

/** Further rows of an event are not counted. */
const maxCounted = 10_000;
const days = 30;
const dayMs = 86_400_000;

/** `at`: a time at the end of the text. */
export type MonthFact = { name: string; text: string; at?: string };

export function readMonth(sources: MonthSources): MonthFact[] {
  const now = sources.now();
  const since = new Date(now.getTime() - days * dayMs);
  return [...ofIncidents(sources), ...ofUp(sources), ofFindings(sources, since), ofStarts(sources, since)];
}

function ofIncidents({ overview }: MonthSources): MonthFact[] {
  const { count, mitigated, missed, meanMs } = overview.figures(days);
  if (count === 0) return [{ name: 'Incidents', text: 'None' }];
  const inTime = missed === 0 ? 'none late' : `${formatNumber(missed)} late`;
  const mean = meanMs === null ? '–' : `${formatSpan(meanMs)} on average, n ${formatNumber(mitigated)}`;
  return [
    { name: 'Incidents', text: `${formatNumber(count)}, ${inTime}` },
    { name: 'Time to mitigate', text: mean },
  ];
}

/** Absent until it is counted. */
function ofUp({ standings }: MonthSources): MonthFact[] {
  const { days: counted, state } = standings.find('up');
  const total = counted.reduce((sum, day) => sum + day.total, 0);
  if (total === 0) return [];
  if (state === 'too_few') return [{ name: 'Server up', text: '–, too few to judge' }];
  const percent = (counted.reduce((sum, day) => sum + day.good, 0) / total) * 100;
  // Never rounded up to 100.
  const text = percent === 100 ? '100%' : `${(Math.floor(percent * 100) / 100).toFixed(2)}%`;
  return [{ name: 'Server up', text }];
}

function ofFindings({ auditRepository }: MonthSources, since: Date): MonthFact {
  const from = auditRepository.firstIdAt(since.toISOString());
  const [opened, cleared] = ['finding.opened', 'finding.cleared'].map((event) => {
    const rows = auditRepository.countEvents(event, from, maxCounted);
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
