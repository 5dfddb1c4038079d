// Quantities of usage in the units of people. Pure.
import { formatDuration, formatNumber, plural } from '../core/format.ts';

/** `812 tokens`, `41,208 tokens`, `4.1 M tokens` */
export function formatTokens(tokens: number): string {
  if (tokens < 999_500) return plural(Math.round(tokens), 'token');
  const millions = tokens / 1e6;
  return `${millions < 99.95 ? millions.toFixed(1) : formatNumber(millions)} M tokens`;
}

/** An estimate, with two significant digits: `about 41,000 tokens`. */
export function formatAboutTokens(tokens: number): string {
  return `about ${formatTokens(Number(tokens.toPrecision(2)))}`;
}

const sizes = [
  { unit: 'kB', bytes: 1e3 },
  { unit: 'MB', bytes: 1e6 },
  { unit: 'GB', bytes: 1e9 },
];

/** Disk space has a price per GB, which is 10⁹ bytes: `1.2 GB`. */
function formatDisk(bytes: number): string {
  const { unit, bytes: size } = sizes.findLast((one) => bytes >= one.bytes * 0.9995) ?? {
    unit: 'kB',
    bytes: 1e3,
  };
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** The quantity of an item of usage; a line by hand has none. */
export function formatQuantity(item: string, quantity: number): string {
  if (item === 'embedding_tokens') return formatTokens(quantity);
  if (item === 'disk_bytes') return formatDisk(quantity);
  return formatDuration(quantity);
}
