// How long a token is valid, as people write it.

const hourMs = 3_600_000;
const unitMs: Record<string, number> = { h: hourMs, d: 24 * hourMs, w: 7 * 24 * hourMs };

/** `30d`, `12h` or `2w` from `now` as ISO 8601; null for an empty text, which means never; any other text unchanged. */
export function expiryOf(text: string, now: Date): string | null {
  const given = text.trim();
  if (given === '') return null;
  const [, number = '', unit = ''] = /^(\d{1,4})([hdw])$/.exec(given) ?? [];
  const ms = Number(number) * (unitMs[unit] ?? 0);
  return unit === '' ? given : new Date(now.getTime() + ms).toISOString();
}
