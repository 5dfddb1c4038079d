// Reads the five fields of a cron rule, and says what is wrong with a field. It knows no time zone.

/** `allowed`: beyond numbers, names, ranges, lists and steps, as croner reads it. */
type Field = {
  title: string;
  min: number;
  max: number;
  names: readonly string[];
  /** The number of the first name. */
  firstName: number;
  allowed: RegExp | null;
};

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: Field[] = [
  { title: 'Minute', min: 0, max: 59, names: [], firstName: 0, allowed: null },
  { title: 'Hour', min: 0, max: 23, names: [], firstName: 0, allowed: null },
  {
    title: 'Day of month',
    min: 1,
    max: 31,
    names: [],
    firstName: 0,
    allowed: /^(L|LW|([1-9]|[12]\d|3[01])W)$/,
  },
  { title: 'Month', min: 1, max: 12, names: months, firstName: 1, allowed: null },
  {
    title: 'Weekday',
    min: 0,
    max: 7,
    names: weekdays,
    firstName: 0,
    allowed: /^([0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(#[1-5]|L)$/,
  },
];

const nicknames: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** `parts`: the fields in upper case, a nickname such as `@daily` replaced. `minutes` and `hours`: the values that they name. */
export type CronFields = { parts: string[]; minutes: number[]; hours: number[] };

/** Returns the sentences that say what is wrong, one a field, if anything is. */
export function readCronFields(cron: string): CronFields | { problems: string[] } {
  const written = cron.trim().toLowerCase();
  const parts = (nicknames[written] ?? written).toUpperCase().split(/\s+/).filter(Boolean);
  if (written.startsWith('@') && !nicknames[written]) return { problems: [describeNickname(cron.trim())] };
  if (parts.length !== fields.length) return { problems: [describeCount(parts.length)] };
  const problems = fields
    .map((field, at) => findProblem(field, parts[at] as string))
    .filter((problem) => problem !== null);
  if (problems.length > 0) return { problems };
  const [minutes, hours] = fields.map((field, at) => expand(field, parts[at] as string));
  return { parts, minutes: minutes as number[], hours: hours as number[] };
}

function describeNickname(written: string): string {
  return `“${written}” is not known; use ${Object.keys(nicknames).slice(2).join(', ')}, or five fields.`;
}

function describeCount(count: number): string {
  return `A rule has five fields: minute, hour, day of month, month, weekday. This one has ${count}.`;
}

function findProblem(field: Field, part: string): string | null {
  const items = part.split(',');
  // Croner takes some of these lists, and no words fit them.
  const alone = items.length > 1 && items.find((item) => item === '*' || item.endsWith('W'));
  if (alone) return `${field.title} has ${alone} in the list ${part}; write it alone.`;
  for (const item of items) {
    const problem = findItemProblem(field, item);
    if (problem) return problem;
  }
  return null;
}

function findItemProblem(field: Field, item: string): string | null {
  const { title, min, max } = field;
  if (field.allowed?.test(item)) return null;
  if (item === '?') return `${title} is “?”; write * for every value.`;
  const [base = '', step, ...more] = item.split('/');
  const ends = base.split('-').map((text) => readValue(field, text));
  if (more.length > 0 || ends.length > 2 || (base !== '*' && ends.includes(null)))
    return describeUnreadable(field, item);
  if (base !== '*') {
    const outside = ends.find((end) => (end as number) < min || (end as number) > max);
    if (outside !== undefined) return `${title} is ${outside}; it goes from ${min} to ${max}.`;
    const [first, last = first] = ends as [number, number?];
    if (last < first)
      return `${title} ${base} goes backwards; write two ranges: ${first}-${max},${min}-${last}.`;
  }
  if (step === undefined) return null;
  if (base !== '*' && ends.length === 1)
    return `${title} has the step ${item}; write ${base}-${max}/${step} or */${step}.`;
  if (!/^\d{1,3}$/.test(step)) return describeUnreadable(field, item);
  if (Number(step) < 1 || Number(step) > max)
    return `${title} has the step ${Number(step)}; it goes from 1 to ${max}.`;
  return null;
}

function readValue({ names, firstName }: Field, text: string): number | null {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const at = names.indexOf(text);
  return at === -1 ? null : at + firstName;
}

function describeUnreadable({ title, names }: Field, item: string): string {
  const named = names.length > 0 ? `, names such as ${names[1]}` : '';
  const seen = item === '' ? 'has an empty place' : `“${item}” cannot be read`;
  return `${title} ${seen}; use *, numbers${named}, ranges such as 1-5, lists such as 1,3, or steps such as */2.`;
}

/** The values that a field without names stands for, in order. */
function expand({ min, max }: Field, part: string): number[] {
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const [base = '', step = '1'] = item.split('/');
    const [first, last = first] = base === '*' ? [min, max] : base.split('-').map(Number);
    for (let value = first as number; value <= (last as number); value += Number(step)) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}
