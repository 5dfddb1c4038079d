// The view model of an entry's page: texts, fields, sync state with the index, nearest neighbours.
import type { EntryAnswer } from '../../index/live-protocol.ts';
import { url } from '../../core/url.ts';
import type { Kind } from '../../library/content.ts';
import type { Entry } from '../../library/entry.ts';
import type { DescribedEntry } from '../describe-entry.ts';
import { areRendered, viewText } from './entry-text.ts';
import { describeReason, syncBadges } from './sync-badges.ts';

/** The headings of an entry's two texts, by kind. */
const headings = {
  experience: { body: 'Playbook', note: 'Context' },
  manual: { body: 'Content', note: 'Summary' },
};

/** The value of `as` in the address of a page that shows the texts as they were written. */
export const plainText = 'text';

const syncLabels = ['synced', 'pending', 'local only'];

/** `isPlain`: the reader wants its texts as they were written. */
export function viewEntry({ entry, task, indexed, problem, namesake }: DescribedEntry, isPlain: boolean) {
  return {
    entry,
    texts: viewTexts(entry, isPlain),
    task,
    problem,
    namesake: namesake && { kind: namesake, url: entryUrl(namesake, entry.id) },
    fields: fieldsOf(entry),
    sync: indexed && { badge: syncBadges[indexed.standing], reason: describeSyncState(indexed) },
    neighbours: viewNeighbours(indexed, problem),
  };
}

function viewTexts({ id, kind, body, note }: Entry, isPlain: boolean) {
  const heading = headings[kind];
  const rendered = areRendered(body, note);
  return {
    heading: heading.body,
    body: viewText(body, rendered.body && !isPlain),
    note: note ? { heading: heading.note, ...viewText(note, rendered.note && !isPlain) } : null,
    /** To the other way of showing them; null when there is one only. */
    other:
      rendered.body || rendered.note
        ? { label: isPlain ? 'Show formatted' : 'Show as text', url: entryUrl(kind, id, !isPlain) }
        : null,
  };
}

/** Browsers take these ids out of a path, or another page has the address, so they go in the query. */
const notInPath = ['.', '..', 'canaries'];

export function entryUrl(kind: Kind, id: string, isPlain = false): string {
  const isPath = !notInPath.includes(id);
  const query = { kind, ...(isPath ? {} : { id }), as: isPlain ? plainText : '' };
  return url(`/library/${isPath ? encodeURIComponent(id) : '-'}`, query);
}

/** Label and value of each field that has a value. */
function fieldsOf(entry: Entry): [string, string][] {
  const fields: [string, string | null][] = [
    ['Id', entry.id],
    ['Kind', entry.kind],
    ['Section', entry.section],
    ['Source', entry.source],
    ['Sync', syncLabels[entry.sync_status] ?? String(entry.sync_status)],
    ['Author', entry.author],
    ['Created', entry.created_at || null],
    ['Updated', entry.updated_at || null],
    ['Synced', entry.synced_at || null],
    ['Exported', entry.exported_at || null],
  ];
  return fields.filter((field): field is [string, string] => field[1] !== null);
}

function describeSyncState(indexed: EntryAnswer): string {
  const isFoundByOldText = indexed.isInIndex && indexed.standing !== 'fresh';
  const reason = describeReason(indexed);
  return isFoundByOldText ? `${reason} Search finds it by its old text.` : reason;
}

export function viewHit<Hit extends { kind: Kind; entity_id: string; score: number }>(hit: Hit) {
  const { kind, entity_id, score } = hit;
  return { ...hit, url: entryUrl(kind, entity_id), ...viewScore(score) };
}

/** The score as a number and as the width of a bar; a similarity may be below 0. */
function viewScore(score: number) {
  return { score: score.toFixed(2), width: `${Math.round(Math.min(1, Math.max(0, score)) * 100)}%` };
}

/** Without neighbours, `reason` explains why. */
function viewNeighbours(indexed: EntryAnswer | null, problem: string | null) {
  const hits = (indexed?.neighbours ?? []).map(viewHit);
  return { hits, reason: hits.length > 0 ? null : (problem ?? describeNoNeighbours(indexed)) };
}

function describeNoNeighbours(indexed: EntryAnswer | null): string {
  if (indexed?.standing === 'fresh' || indexed?.standing === 'stale') return 'The index has no other entry.';
  return 'This entry is not in the index yet. Neighbours appear after it is embedded and the index is rebuilt.';
}
