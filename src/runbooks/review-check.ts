// Names the runbooks whose review is overdue. It is information: an old runbook breaks nothing.
import type { Check } from '../core/check.ts';
import { formatMinute, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { reviewDueAt } from '../documents/review.ts';
import { anyRunbook, type RunbookRepository } from './runbook-repository.ts';

export const runbooksHead = { id: 'runbooks', component: 'runbook', title: 'Runbooks' };

/** More are not listed one by one. */
const maxFound = 50;

type Sources = { runbookRepository: Pick<RunbookRepository, 'count' | 'overdue'>; now: () => Date };

export function runbooksCheck({ runbookRepository: repository, now }: Sources): Check {
  return {
    ...runbooksHead,
    everySec: 60,
    dirtyOn: ['documents'],
    look() {
      const overdue = repository.overdue(now().toISOString(), maxFound);
      const found = overdue.map((runbook) => {
        const { slug, title, review_days: days } = runbook;
        const since = reviewDueAt(runbook)?.toISOString() ?? null;
        return {
          subject: slug,
          severity: 'info' as const,
          title: `The runbook “${title}” is to be reviewed`,
          text: `It is reviewed every ${days} days, and was due at ${formatMinute(since ?? '')}. Read it, then press “Reviewed, still right” or edit it.`,
          stops: [],
          fix: { href: url(`/runbooks/${encodeURIComponent(slug)}`), label: 'Open the runbook' },
          ...(since === null ? {} : { since }),
        };
      });
      const late = overdue.length === 0 ? 'none to review' : `${overdue.length} to review`;
      return { says: `${plural(repository.count(anyRunbook), 'runbook')}, ${late}`, found };
    },
  };
}
