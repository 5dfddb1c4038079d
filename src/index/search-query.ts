// The parameters of a search, and their limits.
import { AppError } from '../core/errors.ts';
import type { Kind } from '../library/content.ts';

/** words: by the words of the entries; meaning: by the vectors of their texts; best: by both. */
export const searchModes = ['best', 'words', 'meaning'] as const;

export type SearchMode = (typeof searchModes)[number];

/** `mode`: best unless another is given. */
export type SearchQuery = {
  query: string;
  mode?: SearchMode | undefined;
  kind?: Kind | undefined;
  category?: string | undefined;
  limit?: number | undefined;
};

/** In characters. */
export const maxQueryLength = 500;
const maxHits = 200;

/** Throws `invalid_arguments` for an empty or long query, or a limit out of range. */
export function assertSearchQuery({ query, limit = 1 }: SearchQuery) {
  if (query.trim() === '') throw new AppError('invalid_arguments', 'The search is empty. Type a few words.');
  if (query.length > maxQueryLength) {
    const message = `The search has ${query.length} characters; at most ${maxQueryLength} are compared. Shorten it.`;
    throw new AppError('invalid_arguments', message);
  }
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxHits) return;
  const message = `The limit is ${limit}; allowed: a whole number from 1 to ${maxHits}.`;
  throw new AppError('invalid_arguments', message);
}
