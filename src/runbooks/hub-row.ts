import { formatSpan, plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { RunbookContext } from './parts.ts';
import type { TitledRun } from './runs.ts';

type Context = Pick<RunbookContext, 'runbooks' | 'runs' | 'runRepository'>;

export const runbooksRow = ({ runbooks, runs, runRepository }: Context): HubRow => ({
  hub: 'status',
  position: 30,
  icon: 'book',
  name: 'Runbooks',
  href: '/runbooks',
  dirtyOn: ['documents', 'runs'],
  load() {
    const { total: count } = runbooks.summary();
    const all = count === 0 ? 'No runbook.' : `${plural(count, 'runbook')}.`;
    const newest = runRepository.newest();
    if (newest === null) return { sentence: `${all} None was run yet.` };
    return {
      sentence: `${all} ${describeRun(runs.describe(newest))}`,
      at: newest.ended_at ?? newest.started_at,
    };
  },
});

/** Before a time. */
function describeRun({ title, outcome, started_at, ended_at, done, total }: TitledRun): string {
  if (outcome === null || ended_at === null)
    return `“${title}” is being run, ${done} of ${plural(total, 'step')} done; started`;
  const took = formatSpan(Date.parse(ended_at) - Date.parse(started_at));
  return `Last run: “${title}”, ${outcome} ${outcome === 'done' ? 'in' : 'after'} ${took},`;
}
