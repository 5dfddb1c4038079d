// The rules of retention, from the settings that are declared for them.
import { formatNumber } from '../../core/format.ts';
import type { KnownSetting } from '../../settings/settings.ts';

const ofBackups = /^retention\.(?!import_).*backup/;

export function viewKept(all: KnownSetting[]) {
  const rules = all.filter(({ setting }) => ofBackups.test(setting.key));
  return rules.map(({ setting, running }) => ({
    title: setting.title,
    value: [formatNumber(Number(running)), setting.unit].filter(Boolean).join(' '),
  }));
}
