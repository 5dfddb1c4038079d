import type { Card } from './card.ts';

/** There are no worker processes in this version; the card says so, and what embeds instead. */
export const workersCard: Card = {
  name: 'workers',
  host: 'ops-workers-card',
  path: '/ui/operations/workers',
  dirtyOn: ['library', 'job'],
  load: ({ counts }) => ({ pending: counts.queue().pending.total }),
};
