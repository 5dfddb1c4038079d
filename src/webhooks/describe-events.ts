// The events of a webhook in words, and the choices of its form.
import { eventGroups } from '../audit/event-words.ts';
import { allEvents, knownPatterns, preset } from '../webhook-store/event-patterns.ts';

const maxNamed = 4;
const words: Record<string, string> = {
  [allEvents]: 'all events',
  [preset]: 'tell-me: what begins and what is over',
};

/** The patterns in words, such as `job.*, settings.changed`; the preset with its meaning. */
export function describePatterns(patterns: readonly string[]): string {
  const named = patterns.slice(0, maxNamed).map((pattern) => words[pattern] ?? pattern);
  const more = patterns.length - maxNamed;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

export type PatternGroup = {
  /** The groups of the audit log. */
  title: string;
  choices: { pattern: string; word: string }[];
};

/** By the groups of the audit log: patterns such as `job.*` first, then the single events. A pattern whose events are in several
 *  groups is in the first of them. */
export function patternGroups(eventNames: readonly string[]): PatternGroup[] {
  const known = new Set(knownPatterns(eventNames));
  const given = new Set<string>();
  return eventGroups.flatMap(({ title, events }) => {
    const single = Object.entries(events)
      .filter(([pattern]) => known.has(pattern))
      .map(([pattern, { done }]) => ({ pattern, word: done }));
    const prefixes = new Set(single.map(({ pattern }) => pattern.split('.')[0] ?? ''));
    const all = [...prefixes]
      .filter((prefix) => !given.has(prefix))
      .map((prefix) => ({
        pattern: `${prefix}.*`,
        word: `All events of ${prefix}`,
      }));
    for (const prefix of prefixes) given.add(prefix);
    return single.length > 0 ? [{ title, choices: [...all, ...single] }] : [];
  });
}
