// The card of one job, on that job's page: how it stands, its progress, what happened when. The log is no part of it, so
// that no update takes away what somebody has selected there.
import { viewJobPage } from './job-page.ts';
import type { Card } from '../../web/card.ts';

export function jobCard(number: number): Card {
  return {
    name: `job-${number}`,
    host: `job-${number}-card`,
    path: `/ui/jobs/${number}/card`,
    dirtyOn: ['job', 'operations'],
    load: (services) => viewJobPage(services, services.jobs.find(String(number))),
  };
}
