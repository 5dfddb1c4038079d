import { formatBytes, plural } from '../../core/format.ts';
import type { SharedCard } from '../../web/card.ts';
import { proportions } from '../../web/chart.ts';
import type { DiskUse } from '../disk-use.ts';
import type { DiskContext } from '../parts.ts';
import { describeForecast, describeGrowth } from './disk-words.ts';

/** The styles of the parts of the bar, the largest part first. */
const tones = ['d1', 'd2', 'd3', 'd4', 'd5'];

export const diskCard = ({ config, diskUse }: Pick<DiskContext, 'config' | 'diskUse'>): SharedCard => ({
  name: 'disk',
  host: 'disk-card',
  path: '/ui/disk/card',
  dirtyOn: ['disk', 'settings'],
  load() {
    const use = diskUse.look();
    return { use: use && viewUse(use, config.retentionDays), hasFailed: diskUse.hasFailed() };
  },
});

function viewUse(use: DiskUse, retentionDays: number) {
  const parts = [...use.parts].sort((one, other) => rank(other) - rank(one));
  const shares = proportions(parts.map(({ bytes }) => bytes));
  const shown = parts.map(({ name, title, bytes, is_elsewhere }, at) => ({
    title: is_elsewhere ? `${title}, on another disk` : title,
    bytes: formatBytes(bytes),
    tone: name === 'other' ? 'none' : (tones[at] ?? 'd5'),
    from: shares[at]?.from ?? 0,
    share: shares[at]?.share ?? 0,
  }));
  return {
    at: use.measured_at,
    isPartial: use.is_partial,
    parts: shown,
    label: `Disk use by folder: ${shown.map(({ title, bytes }) => `${title} ${bytes}`).join(', ')}`,
    free: `${formatBytes(use.free_bytes)} of ${formatBytes(use.total_bytes)}`,
    growth: use.growth ? describeGrowth(use.growth) : 'Known after a day',
    full: use.growth || use.forecast ? describeForecast(use.forecast) : 'Known after a day',
    frees: `Job logs after ${plural(retentionDays, 'day')}, backups by their retention`,
  };
}

/** The largest first, and the rest at the end. */
const rank = ({ name, bytes }: DiskUse['parts'][number]) => (name === 'other' ? -1 : bytes);
