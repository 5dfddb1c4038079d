// Says that some job has changed, to pages that show a choice of jobs of their own and fetch it again then. Its bytes
// are a digest of what such a page can show.
import { createHash } from 'node:crypto';
import type { Card } from '../../web/card.ts';

export const jobChangesCard: Card = {
  name: 'job-changes',
  host: 'job-changes',
  path: '/ui/jobs/changes',
  dirtyOn: ['job', 'operations'],
  load({ listing, repository, catalogue }) {
    const operations = catalogue.all().map(({ name }) => name);
    const state = [listing.newestNumber(), listing.everyCount(), repository.active(), operations];
    return { digest: createHash('sha1').update(JSON.stringify(state)).digest('base64url') };
  },
};
