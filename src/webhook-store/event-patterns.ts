// The events that a webhook names: an event, a group such as `job.*`, all (`*`), and the preset `tell-me`.
import { formatList } from '../core/format.ts';
import { isTold } from './tell-me.ts';

export const allEvents = '*';
export const preset = 'tell-me';
const maxPatterns = 50;
const groupEnd = '.*';
/** A webhook that fails would else get the event that it fails. */
const never = /^(webhook|delivery|deliveries)\./;

type Row = { event: string; outcome: string; detail: Record<string, unknown> | null };

/** Whether a row of the audit log is for a webhook with these patterns. A refusal is only for one that names its event, or all. */
export function matches(patterns: readonly string[], row: Row): boolean {
  const { event, outcome } = row;
  if (never.test(event)) return false;
  if (patterns.includes(event) || patterns.includes(allEvents)) return true;
  if (outcome === 'refused') return false;
  return patterns.includes(groupOf(event)) || (patterns.includes(preset) && isTold(row));
}

/** The faults of the patterns of a webhook, with the nearest names for unknown ones. `events`: the known ones. */
export function findPatternFaults(patterns: unknown, events: readonly string[]): string[] {
  if (!Array.isArray(patterns) || patterns.some((one) => typeof one !== 'string'))
    return ['Events: a list of names is expected.'];
  if (patterns.length === 0) return ['Events: name at least one.'];
  if (patterns.length > maxPatterns) return [`Events: at most ${maxPatterns}; these are ${patterns.length}.`];
  return [...new Set(patterns as string[])].flatMap((pattern) => findFault(pattern, events) ?? []);
}

/** All patterns that a webhook may name: presets, groups, events. */
export function knownPatterns(events: readonly string[]): string[] {
  const named = events.filter((event) => !never.test(event));
  return [allEvents, preset, ...new Set(named.map(groupOf)), ...named];
}

function findFault(pattern: string, events: readonly string[]): string | null {
  const known = knownPatterns(events);
  if (known.includes(pattern)) return null;
  if (never.test(pattern)) return `${pattern}: events about webhooks are never sent.`;
  const near = findNear(pattern, known);
  const advice =
    near.length > 0
      ? `Near: ${formatList(near)}.`
      : `Use an event of the audit log, a group such as job.*, ${preset}, or * for all.`;
  return `There is no event ${JSON.stringify(pattern.slice(0, 80))}. ${advice}`;
}

const groupOf = (event: string): string => event.slice(0, event.indexOf('.')) + groupEnd;

const maxNear = 3;
/** A name that differs in more characters is another one. */
const maxDistance = 2;

function findNear(pattern: string, known: readonly string[]): string[] {
  const written = pattern.trim().toLowerCase().slice(0, 80);
  const inGroup = known.filter((one) => groupOf(one) === groupOf(written) && !one.endsWith(groupEnd));
  const rated = known
    .filter((one) => one !== allEvents)
    .map((one) => ({ one, distance: distanceOf(written, one) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((a, b) => a.distance - b.distance)
    .map(({ one }) => one);
  return [...new Set([...rated, ...(written.includes('.') ? inGroup : [])])].slice(0, maxNear);
}

/** Levenshtein's distance: how many characters are added, removed or replaced. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, left] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...other].entries()) {
      const replaced = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
