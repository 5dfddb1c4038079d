// One entry for page and API: its fields, queue state, sync state with the index, and neighbours.
import { type Kind, kinds } from '../library/content.ts';
import { AppError } from '../core/errors.ts';
import { shorten } from '../core/shorten.ts';
import type { EntryAnswer } from '../index/live-protocol.ts';
import type { Entry, QueueTask } from '../library/entry.ts';
import type { SearchContext } from './parts.ts';

/** Longest part of a caller's text in a message, in characters. */
const shownMax = 80;

export type DescribedEntry = {
  entry: Entry;
  /** Null when only the entry's status is known. */
  task: QueueTask | null;
  /** Null when the index cannot answer; `problem` says why. */
  indexed: EntryAnswer | null;
  problem: string | null;
  /** The other kind, if it has an entry with the same id. */
  namesake: Kind | null;
};

/** Without a kind: the experience with this id, else the manual. Throws `not_found`. */
export async function describeEntry(
  { entries, liveIndex }: Pick<SearchContext, 'entries' | 'liveIndex'>,
  id: string,
  kind: Kind | undefined,
): Promise<DescribedEntry> {
  const found = entries.kindsOf(id);
  const shown = kind ?? found[0];
  const entry = shown && entries.find(shown, id);
  if (!entry)
    throw new AppError(
      'not_found',
      `The library has no ${kind ?? 'entry'} ${JSON.stringify(shorten(id, shownMax))}.`,
    );
  const namesake = found.find((other) => other !== entry.kind) ?? null;
  const known = { entry, task: entries.task(entry.kind, id), namesake };
  try {
    return { ...known, indexed: await liveIndex.entry({ kind: entry.kind, id }), problem: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'not_found') throw error;
    return { ...known, indexed: null, problem: error.message };
  }
}

/** Undefined for an empty text. Throws `invalid_arguments` for an unknown kind. */
export function readKind(text = ''): Kind | undefined {
  if (text === '') return undefined;
  const kind = kinds.find((name) => name === text);
  if (kind) return kind;
  throw new AppError(
    'invalid_arguments',
    `${JSON.stringify(shorten(text, shownMax))} is not a kind. Choose one of: ${kinds.join(', ')}.`,
  );
}
