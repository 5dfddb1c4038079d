// Formats numbers, sizes, durations and times for pages and results. Pure.

/** `1,284` */
export function formatNumber(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A moment in texts that leave this machine, or that pages show in local time: `2026-11-29 16:55 UTC`. `iso`: ISO 8601 UTC. */
export function formatMinute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** `Writing entries` → `writing entries` */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

export const months = 'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec'.split(' ');

/** A day of the calendar, not a moment: `2026-12-04` → `4 Dec 2026` */
export function formatDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return `${date} ${months[(month ?? 1) - 1]} ${year}`;
}

/** The day of this machine's calendar: `2026-11-30` */
export function localDay(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `writing entries` → `Writing entries` */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a, b and c`. Not Intl.ListFormat, which would take a sixth of the start of a script. */
export function formatList(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `1 entry`, `2 entries`: adds an s, or uses the given plural. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatNumber(value)} ${value === 1 ? one : many}`;
}

/** `74.2 MiB`, `1.0 GiB`; below one KiB in bytes. A value that would round to 1024.0 becomes 1.0 of the next unit. */
export function formatBytes(value: number): string {
  if (value < 1024) return plural(value, 'byte');
  if (value < 1023.95 * 1024) return `${(value / 1024).toFixed(1)} KiB`;
  if (value < 1023.95 * 1024 ** 2) return `${(value / 1024 ** 2).toFixed(1)} MiB`;
  return `${(value / 1024 ** 3).toFixed(1)} GiB`;
}

/** A size that somebody has chosen, exactly: `20 GiB`, `1,536 MiB`, `512 KiB`. `bytes`: of whole KiB, above 0. */
export function formatLimit(bytes: number): string {
  const power = [3, 2].find((one) => bytes % 1024 ** one === 0) ?? 1;
  return `${formatNumber(bytes / 1024 ** power)} ${['KiB', 'MiB', 'GiB'][power - 1]}`;
}

/** `3.1 s`, `1 min 16 s`, `2 h 05 min` */
export function formatDuration(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 59.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** `0.04 ms`, `0.4 ms`, `38 ms`; from a second on as `formatDuration`. */
export function formatMs(ms: number): string {
  if (ms <= 0) return '0 ms';
  if (ms < 0.095) return `${Math.max(0.01, ms).toFixed(2)} ms`;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  return ms < 999.5 ? `${Math.round(ms)} ms` : formatDuration(ms / 1000);
}

/** `45 s`, `30 min`, `1 h 30 min`, `36 h`, `10 d 12 h`: rounded, in days from three on. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const [count, unit, rest, restUnit] =
    hours < 72 ? [hours, 'h', minutes % 60, 'min'] : [Math.floor(hours / 24), 'd', hours % 24, 'h'];
  return rest === 0 ? `${count} ${unit}` : `${count} ${unit} ${rest} ${restUnit}`;
}

/** `12 s`, `6 min`, `3 h`, `2 d` */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `about 5 min left` */
export function formatTimeLeft(seconds: number): string {
  return `${formatEstimate(seconds)} left`;
}

/** An estimated duration, rounded to 1 s below a minute, 5 s below ten minutes, then minutes, and hours from two hours. */
export function formatEstimate(seconds: number): string {
  if (seconds < 59.5) return `about ${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 597.5) {
    const rounded = Math.round(seconds / 5) * 5;
    return `about ${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`;
  }
  if (seconds < 7170) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 3600)} h`;
}

/** `62%`; 0% only before the first and 100% only after the last; one decimal from 97%. */
export function formatPercent(done: number, total: number): string {
  if (total <= 0 || done >= total) return '100%';
  if (done <= 0) return '0%';
  const share = (done / total) * 100;
  if (share >= 97) return `${(Math.floor(share * 10) / 10).toFixed(1)}%`;
  return `${Math.max(1, Math.round(share))}%`;
}

/** `41/s`; below one per second `30/min`. */
export function formatRate(perSecond: number): string {
  return perSecond >= 1 ? `${formatNumber(perSecond)}/s` : `${formatNumber(perSecond * 60)}/min`;
}
