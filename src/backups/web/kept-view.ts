// The rules of retention, from the settings that are declared for them.
import { formatValue } from '../../settings/format-value.ts';
import type { KnownSetting } from '../../settings/settings.ts';

/** By the keys of their settings. */
const titles: Record<string, string> = {
  'retention.backup_daily': 'Daily',
  'retention.backup_weekly': 'Weekly',
  'retention.backup_monthly': 'Monthly',
  'retention.backup_mb': 'At most',
};

export function viewKept(all: KnownSetting[]) {
  return all.flatMap(({ setting, running }) => {
    const title = titles[setting.key];
    return title === undefined ? [] : [{ title, value: formatValue(setting, running) }];
  });
}
