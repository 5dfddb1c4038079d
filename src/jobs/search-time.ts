// Reads the times that people type into a search. Pure.

const dayMs = 86_400_000;
const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: dayMs, w: 7 * dayMs };

/** The times that `readSearchTime` reads, for messages. */
export const timeExamples = '2026-11-22, 2026-11-22T14:00, today, yesterday, 24h or 7d';

/** `today`, `yesterday`, `24h`, `7d`, a day in this machine's time zone, or a time. Null for anything else. */
export function readSearchTime(text: string, now: Date): Date | null {
  const at = read(text.trim().toLowerCase(), now);
  return at === null || Number.isNaN(at.getTime()) ? null : at;
}

function read(value: string, now: Date): Date | null {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (value === 'today') return midnight;
  if (value === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(value) ?? [];
  if (amount && unit) return new Date(now.getTime() - Number(amount) * (unitMs[unit] ?? 0));
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  if (year) return realDay(Number(year), Number(month), Number(day));
  return /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}/.test(value) ? new Date(value.toUpperCase()) : null;
}

/** Null for a day that the calendar does not have. */
function realDay(year: number, month: number, day: number): Date | null {
  const at = new Date(year, month - 1, day);
  return at.getMonth() === month - 1 && at.getDate() === day ? at : null;
}
