// The first lines of the entries that the system writes. The timeline keeps no other word of a move, so readers go by them.
import type { Entry } from '../incident-store/incident.ts';

const entryWords = {
  opened: 'Incident opened',
  reopened: 'Incident opened again',
  mitigated: 'Mitigated',
  closed: 'Closed',
  severity: 'Severity changed',
  changed: 'Details changed',
  findingOpened: 'Finding opened',
  findingBack: 'Finding came back',
  findingCleared: 'Finding cleared',
  findingLasts: 'Finding lasts',
  job: 'Job failed',
  linked: 'Linked',
  seenBefore: 'Seen before',
  postMortem: 'Post-mortem started',
  itemAdded: 'Action item added',
  itemDone: 'Action item done',
  itemSkipped: 'Action item skipped',
  itemOpen: 'Action item opened again',
} as const;

export type EntryWord = keyof typeof entryWords;

const names = Object.keys(entryWords) as EntryWord[];

/** The first line, then the rest. */
export function writeEntry(word: EntryWord, ...rest: (string | null)[]): string {
  return [entryWords[word], ...rest.filter(Boolean)].join('\n');
}

/** The word of an entry of the system; null for a note of a person, or the entry of another feature. */
export function wordOf({ kind, text }: Pick<Entry, 'kind' | 'text'>): EntryWord | null {
  if (kind === 'note') return null;
  const [first] = text.split('\n');
  return names.find((name) => entryWords[name] === first) ?? null;
}
