import type { Card } from './card.ts';

export const queueCard: Card = {
  name: 'queue',
  host: 'ops-queue-card',
  path: '/ui/operations/queue',
  dirtyOn: ['library', 'job'],
  load({ counts }) {
    const { pending, failed } = counts.queue();
    return {
      pending,
      failed,
      isEmpty: pending.total + failed.total === 0,
      entries: counts.totals().entries,
    };
  },
};
