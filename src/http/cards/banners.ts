import type { Card } from './card.ts';

export const bannersCard: Card = {
  name: 'banners',
  host: 'ops-banners',
  path: '/ui/operations/banners',
  dirtyOn: ['index'],
  load({ config, liveIndex }) {
    const banners = [];
    if (config.mode === 'noop') {
      banners.push({
        tone: 'hold',
        title: 'Noop mode: nothing is run',
        text: 'Every button works and every job is recorded, but no script runs and nothing is written. Start without CHL_OPERATIONS_MODE=noop to work with the library.',
      });
    }
    const index = liveIndex.truth();
    if (index.state === 'broken') {
      banners.push({
        tone: 'bad',
        title: 'Search is not available',
        text: `${index.problem ?? 'The index files cannot be used.'} Rebuild the index.`,
      });
    }
    return { banners };
  },
};
