// Jobs: durable requests to run an operation, their log, rows and history.
import type { Feature } from '../web/feature.ts';
import { isTerminal } from './job.ts';
import { createJobParts } from './parts.ts';
import { registerJobsApi } from './web/api.ts';
import { jobCards } from './web/job-cards.ts';
import { jobChangesCard } from './web/job-changes-card.ts';
import { registerJobPages } from './web/job-pages.ts';
import { registerListPages } from './web/list-pages.ts';
import { registerReadiness } from './web/readiness.ts';
import { countJobs } from './web/metrics.ts';

export const jobs: Feature<ReturnType<typeof createJobParts>> = {
  name: 'jobs',
  nav: { position: 2, label: 'Jobs', href: '/jobs', key: 'j' },
  pages: [
    {
      path: '/jobs',
      api: '/api/v1/operations/jobs',
      cards: ['job-changes'],
      reloads: true,
      examples: ['/jobs', '/jobs?status=failed&q=import+since:never', '/jobs?q=nothing-has-this'],
    },
    {
      path: '/jobs/:number',
      api: '/api/v1/operations/jobs/:number',
      cards: ['job', 'log', 'rows'],
      examples: ['/jobs/1', '/jobs/3', '/jobs/2?find=e'],
    },
  ],
  create: createJobParts,
  lifecycle: (ctx) => ({
    start: ctx.retention.start,
    refuseNew: ctx.stopAccepting,
    stop: ctx.retention.stop,
  }),
  routes(app, ctx) {
    registerListPages(app, ctx);
    registerJobPages(app, ctx);
    registerJobsApi(app, ctx);
    registerReadiness(app, ctx);
  },
  cards: (ctx) => [...jobCards(ctx), jobChangesCard(ctx)],
  signals: () => [
    {
      name: 'ended',
      on: 'job',
      read: ({ number, status }) => (isTerminal(status) ? String(number) : null),
    },
  ],
  metrics: countJobs,
};
