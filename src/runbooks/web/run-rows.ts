// Rows of runs: number, time, person, outcome, duration.
import { formatSpan } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { RunbookContext } from '../parts.ts';
import type { Run } from '../run.ts';
import { badgeOfRun } from './badges.ts';

export function viewRunRows({ runs }: Pick<RunbookContext, 'runs'>, rows: Run[]) {
  return rows.map((run) => {
    const { number, started_at: at, started_by: by, ended_at, incident, ...rest } = runs.describe(run);
    return {
      number,
      href: url(`/runs/${number}`),
      at,
      by,
      incident: incident && { number: incident, href: url(`/incidents/${incident}`) },
      badge: badgeOfRun(rest),
      took: ended_at && formatSpan(Date.parse(ended_at) - Date.parse(at)),
    };
  });
}
