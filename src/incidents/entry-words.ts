// The first lines of the entries that the system writes. The timeline keeps no other word of a move, so readers go by them.
import type { Entry, EntryKind } from '../incident-store/incident.ts';
import type { IncidentRepository } from '../incident-store/incident-repository.ts';

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

/** The kinds of entry that a word has. People write notes only, so that no text of theirs is read as a move. */
const kindsOf: Record<EntryWord, EntryKind[]> = {
  opened: ['status'],
  reopened: ['status'],
  mitigated: ['status'],
  closed: ['status'],
  severity: ['severity'],
  changed: ['status'],
  findingOpened: ['finding'],
  findingBack: ['finding'],
  findingCleared: ['finding'],
  findingLasts: ['finding'],
  job: ['job'],
  linked: ['job', 'link'],
  seenBefore: ['link'],
  postMortem: ['link'],
  itemAdded: ['link'],
  itemDone: ['link'],
  itemSkipped: ['link'],
  itemOpen: ['link'],
};

const names = Object.keys(entryWords) as EntryWord[];

/** The first line, then the rest. */
export function writeEntry(word: EntryWord, ...rest: (string | null)[]): string {
  return [entryWords[word], ...rest.filter(Boolean)].join('\n');
}

/** The word of an entry of the system; null for a note of a person, or the entry of another feature. */
export function wordOf({ kind, text }: Pick<Entry, 'kind' | 'text'>): EntryWord | null {
  const [first] = text.split('\n');
  return names.find((name) => entryWords[name] === first && kindsOf[name].includes(kind)) ?? null;
}

/** The newest entry of one of the words. */
export function newestOf(
  { newestWith }: Pick<IncidentRepository, 'newestWith'>,
  number: number,
  words: EntryWord[],
): Entry | null {
  const kinds = words.flatMap((word) => kindsOf[word]);
  return newestWith(
    number,
    kinds,
    words.map((word) => entryWords[word]),
  );
}
