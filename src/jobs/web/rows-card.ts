// Says how many result rows a job has told, to a page that then fetches those it shows.
import type { Card } from '../../web/card.ts';

export function rowsCard(number: number): Card {
  return {
    name: `rows-${number}`,
    host: `rows-${number}-news`,
    path: `/ui/jobs/${number}/rows/news`,
    dirtyOn: ['rows', 'job'],
    load: ({ jobs, listing }) => ({ newest: listing.newestRow(jobs.find(String(number)).id) }),
  };
}
