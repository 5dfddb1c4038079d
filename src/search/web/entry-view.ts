// The page of one entry: its texts, its fields, how it stands to the index, and its nearest neighbours.
import type { Entry } from '../../library/entry.ts';
import { entryUrl } from '../entry-url.ts';
import type { DescribedEntry } from '../describe-entry.ts';
import { standingBadges, standingReason } from './standing.ts';

/** What the two texts of an entry are called, by its kind. */
const headings = {
  experience: { body: 'Playbook', note: 'Context' },
  manual: { body: 'Content', note: 'Summary' },
};

const syncWords = ['synced', 'pending', 'local only'];

export function viewEntry({ entry, task, standing, problem, namesake }: DescribedEntry) {
  return {
    entry,
    task,
    problem,
    namesake: namesake && { kind: namesake, url: entryUrl(namesake, entry.id) },
    headings: headings[entry.kind],
    fields: fieldsOf(entry),
    standing: standing && {
      badge: standingBadges[standing.standing],
      reason: describeSyncState(standing),
    },
    neighbours: viewNeighbours(standing, problem),
  };
}

/** Label and value of each that has a value. */
function fieldsOf(entry: Entry): [string, string][] {
  const fields: [string, string | null][] = [
    ['Id', entry.id],
    ['Kind', entry.kind],
    ['Section', entry.section],
    ['Source', entry.source],
    ['Sync', syncWords[entry.sync_status] ?? String(entry.sync_status)],
    ['Author', entry.author],
    ['Created', entry.created_at || null],
    ['Updated', entry.updated_at || null],
    ['Synced', entry.synced_at || null],
    ['Exported', entry.exported_at || null],
  ];
  return fields.filter((field): field is [string, string] => field[1] !== null);
}

type KnownStanding = NonNullable<DescribedEntry['standing']>;

function describeSyncState(standing: KnownStanding): string {
  const isFoundByOldText = standing.isInIndex && standing.standing !== 'fresh';
  const reason = standingReason(standing);
  return isFoundByOldText ? `${reason} A search finds it by its former text.` : reason;
}

/** Without neighbours `reason` says why there are none. */
function viewNeighbours(standing: KnownStanding | null, problem: string | null) {
  const hits = (standing?.neighbours ?? []).map((hit) => ({
    ...hit,
    url: entryUrl(hit.kind, hit.entity_id),
    score: hit.score.toFixed(3),
  }));
  return { hits, reason: hits.length > 0 ? null : (problem ?? describeNoNeighbours(standing)) };
}

function describeNoNeighbours(standing: KnownStanding | null): string {
  if (standing?.standing === 'fresh' || standing?.standing === 'stale')
    return 'The index holds no other entry.';
  return 'Without a vector of its own it has none yet. They are shown once it is embedded and the index is built.';
}
