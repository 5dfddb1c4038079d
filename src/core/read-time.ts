// Times as people and programs write them.

const isoTime = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;
/** Later ones are longer as text, and would compare wrongly. */
const lastTime = new Date('9999-12-31T23:59:59.999Z');

/** A date or a time of the calendar in ISO 8601, in UTC unless it names a zone; else an invalid date. */
export function readTime(text: string): Date {
  const [, date, time, zone = 'Z'] = isoTime.exec(text.trim()) ?? [];
  const midnight = new Date(`${date}T00:00:00Z`);
  // Date reads 30 February as 2 March.
  const isOfCalendar = !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === date;
  const at = new Date(`${isOfCalendar ? date : null}T${time ?? '00:00'}${zone}`);
  return at > lastTime ? new Date(Number.NaN) : at;
}
