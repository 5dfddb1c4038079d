// Values of settings in words.
import { formatLimit, formatNumber } from '../core/format.ts';
import { mebibyte } from '../core/settings/kinds.ts';
import type { Setting } from '../core/settings/setting.ts';

/** `900 s`, `20 GiB`, `none`, `/data/sheets`. Templates shorten the home folder. */
export function formatValue({ unit, defaultText }: Setting, value: unknown): string {
  if (typeof value === 'number') return formatQuantity(unit, value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  if (value === null || value === '' || value === undefined) return defaultText;
  return String(value);
}

function formatQuantity(unit: string | null, value: number): string {
  if (unit === 'MiB') return formatLimit(value * mebibyte);
  return unit ? `${formatNumber(value)} ${unit}` : String(value);
}

/** `Default 900 s`; in words where the value does not say it. */
export function formatDefault(setting: Setting): string {
  return typeof setting.default === 'number' ? formatValue(setting, setting.default) : setting.defaultText;
}
