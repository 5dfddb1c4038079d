// The view model of the canaries and of the proposed ones.
import { url } from '../../core/url.ts';
import { askedHits } from '../../index/canary.ts';
import type { PlacedCanary } from '../canary-places.ts';
import type { Titled } from '../title-repository.ts';
import { entryUrl } from './entry-view.ts';

const badges = {
  found: { tone: 'ok', icon: 'check', word: 'Found' },
  missed: { tone: 'bad', icon: 'cross', word: 'Missed' },
  gone: { tone: 'idle', icon: 'slash', word: 'Entry is gone' },
  unasked: { tone: 'idle', icon: 'clock', word: 'Not asked' },
};

export function viewCanary({ kind, entity_id, title, state, rank, ...canary }: PlacedCanary) {
  const { id, query, created_at: at, created_by: by } = canary;
  return {
    ...{ id, query, kind, entity_id, at, by },
    searchUrl: url('/library', { q: query }),
    entry: { title: title ?? entity_id, url: title === null ? null : entryUrl(kind, entity_id) },
    badge: badges[state],
    place: state === 'missed' && rank === null ? `not among ${askedHits}` : rank,
    removeUrl: url(`/ui/library/canaries/${id}/remove`),
  };
}

/** `lines`: all of them, for the form that adds them together. */
export function viewProposals(proposals: Titled[]) {
  return {
    items: proposals.map(({ kind, id, title }) => ({ kind, id, title, url: entryUrl(kind, id) })),
    count: proposals.length === 3 ? 'three' : proposals.length,
    lines: proposals.map(({ kind, id }) => `${kind} ${id}`).join('\n'),
  };
}
