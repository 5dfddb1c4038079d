// The names that an entry of a snapshot ZIP may have: a member, as it was downloaded or as a program renamed it, folders around
// the members, or a file that a desktop adds.
import { type EntryName, splitEntryName } from '../zip/entry-name.ts';
import { memberName } from './manifest.ts';

/** `name` is that of the member, without its folders. Null for a name that no snapshot has. */
export function readEntryName(text: string): EntryName | null {
  const entry = splitEntryName(text);
  if (entry === null || entry.name === null) return entry;
  const name = entry.name.toLowerCase().replace(copyMarks, '');
  return memberName.test(name) ? { ...entry, name } : null;
}

/** The marks of a copy that browsers, file managers and file services add before the name or before its ending. */
const copyMarks = /^.* (?=manifest\b|unified_)|[ ([][^.]*(?=\.|$)|\.txt$/g;
