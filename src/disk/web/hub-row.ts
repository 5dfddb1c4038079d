import type { HubRow } from '../../core/hub-row.ts';
import type { DiskContext } from '../parts.ts';
import { describeUse } from './disk-words.ts';

export const diskRow = ({ config, diskUse }: Pick<DiskContext, 'config' | 'diskUse'>): HubRow => ({
  hub: 'storage',
  position: 40,
  icon: 'disk',
  name: 'Disk',
  href: '/storage#h-disk',
  dirtyOn: ['disk', 'settings'],
  load() {
    const use = diskUse.look();
    if (!use && diskUse.hasFailed())
      return { sentence: 'It could not be measured; the log of the server says why.' };
    if (!use) return { sentence: 'It is being measured.' };
    const isFullSoon = use.forecast !== null && use.forecast.days <= config.checks.diskFullDays;
    const sentence = describeUse(use);
    return isFullSoon ? { sentence, badge: { tone: 'warn', label: 'Full soon' } } : { sentence };
  },
});
