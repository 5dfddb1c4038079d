import type { Card } from './card.ts';

/** A lasting condition: its consequence as title, its cause and the next step as text. */
type Banner = {
  tone: string;
  icon: string;
  title: string;
  text: string;
  action?: { href: string; label: string };
};

export const bannersCard: Card = {
  name: 'banners',
  host: 'ops-banners',
  path: '/ui/operations/banners',
  dirtyOn: ['index', 'library'],
  load({ config, counts, liveIndex }) {
    const banners: Banner[] = [];
    if (config.mode === 'noop') {
      banners.push({
        tone: 'hold',
        icon: 'pause',
        title: 'Noop mode: nothing is run',
        text: 'Every button works and every job is recorded, but no script runs and nothing is written. Start without CHL_OPERATIONS_MODE=noop to work with the library.',
      });
    }
    const index = liveIndex.truth();
    if (index.state === 'broken') {
      banners.push({
        tone: 'bad',
        icon: 'cross',
        title: 'Search is not available',
        text: `${index.problem ?? 'The index files cannot be used.'} Rebuild the index.`,
      });
    }
    if (counts.totals().entries === 0) {
      banners.push({
        tone: 'run',
        icon: 'in',
        title: 'The library is empty',
        text: 'A library is what your team knows: short experiences and longer manuals. A starter library lies in data/sheets/published; import it, or put your own three CSV files there first.',
        action: { href: '/ui/operations/import/confirm', label: 'Import the starter library…' },
      });
    }
    return { banners };
  },
};
