// The newest result row of a job; when it changes, the page reloads its rows.
import type { RecordCard } from '../../web/card.ts';
import type { JobContext } from '../parts.ts';

export const rowsCard = ({ jobs, listing, repository }: JobContext): RecordCard => ({
  name: 'rows',
  host: 'rows-:number-news',
  path: '/ui/jobs/:number/rows/news',
  dirtyOn: ['job'],
  dirtyOnRecord: ['rows'],
  exists: (number) => repository.find(number) !== null,
  load: (number) => ({ newest: listing.newestRow(jobs.find(number).id) }),
});
