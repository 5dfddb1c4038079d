import { formatBytes, formatNumber, plural } from '../../core/format.ts';
import type { HubRow } from '../../core/hub-row.ts';
import type { CacheTotals } from '../cache-totals.ts';
import type { CacheContext } from '../parts.ts';
import { describeRate } from '../read-caches.ts';

export const cachesRow = ({ cacheTotals }: Pick<CacheContext, 'cacheTotals'>): HubRow => ({
  hub: 'storage',
  position: 30,
  icon: 'layers',
  name: 'Caches',
  href: '/caches',
  dirtyOn: ['sample'],
  load: () => ({ sentence: describe(cacheTotals()) }),
});

/** `16 caches, 14.3 MiB, 96% of 41,208 reads hit since start.` */
function describe({ caches, bytes, reads, hitRate }: CacheTotals): string {
  const held = `${plural(caches, 'cache')}, ${formatBytes(bytes)}`;
  if (hitRate === null) return `${held}. Too few reads since start to say how many hit.`;
  return `${held}, ${describeRate(hitRate)} of ${formatNumber(reads)} reads hit since start.`;
}
