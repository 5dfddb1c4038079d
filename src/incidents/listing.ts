// The list of incidents as page and API show it.
import {
  activeStatuses,
  type Incident,
  type IncidentSeverity,
  type IncidentStatus,
  incidentStatuses,
} from '../incident-store/incident.ts';
import { cursorOf, readCursor, writeCursor } from './cursor.ts';
import { type ListRepository, searchedAtOnce } from './list-repository.ts';

export const incidentViews = ['active', ...incidentStatuses, 'all'] as const;
export type IncidentsView = (typeof incidentViews)[number];

export type Choice = {
  status: IncidentsView;
  severity?: IncidentSeverity | undefined;
  service?: string | undefined;
  tag?: string | undefined;
  owner?: string | undefined;
  q?: string | undefined;
};

const maxWords = 12;

const statusesOf: Record<IncidentsView, readonly IncidentStatus[]> = {
  active: activeStatuses,
  open: ['open'],
  mitigated: ['mitigated'],
  closed: ['closed'],
  all: incidentStatuses,
};

/** `next` continues the list. `searched`: the search ended after so many; null if it did not. */
export function listIncidents(
  lists: Pick<ListRepository, 'list'>,
  { status, severity, service, tag, owner, q = '' }: Choice,
  limit: number,
  cursor: string | undefined,
): { incidents: Incident[]; next: string | null; searched: number | null } {
  const filter = {
    statuses: statusesOf[status],
    severity: severity ?? null,
    service: service || null,
    tag: tag || null,
    owner: owner || null,
    words: q.split(/\s+/).filter(Boolean).slice(0, maxWords),
  };
  const { incidents: found, searchedTo } = lists.list(filter, limit + 1, readCursor(cursor));
  const incidents = found.slice(0, limit);
  if (searchedTo) return { incidents, next: writeCursor(searchedTo), searched: searchedAtOnce };
  const last = incidents.at(-1);
  return { incidents, next: found.length > limit && last ? cursorOf(last) : null, searched: null };
}
