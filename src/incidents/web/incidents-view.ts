// The list of incidents: its chips, figures, rows, and the address of the next page.
import { formatNumber, formatSpan, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { type Incident, incidentSeverities, isOverdue, tookMs } from '../../incident-store/incident.ts';
import { describeIncidents } from '../hub-row.ts';
import type { Figures, Tally } from '../list-repository.ts';
import { type Choice, type IncidentsView, incidentViews, listIncidents } from '../listing.ts';
import type { IncidentContext } from '../parts.ts';
import { badgeOf } from './badges.ts';

export type ListQuery = Choice & { cursor?: string | undefined };

const perPage = 50;
const shownPostMortems = 5;

const words: Record<IncidentsView, { word: string; tone: string; icon: string | null }> = {
  active: { word: 'Active', tone: '', icon: null },
  open: { word: 'Open', tone: 'bad', icon: 'cross' },
  mitigated: { word: 'Mitigated', tone: 'hold', icon: 'pause' },
  closed: { word: 'Closed', tone: 'ok', icon: 'check' },
  all: { word: 'All', tone: '', icon: null },
};

const listUrl = (query: Partial<ListQuery>, path = '/incidents') => url(path, query);

export function viewIncidents(ctx: IncidentContext, query: ListQuery) {
  const { status, cursor, ...filters } = query;
  const all = ctx.overview.read();
  const { incidents, next, searched } = listIncidents(ctx.lists, { ...filters, status }, perPage, cursor);
  const isFiltered = Object.values(filters).some(Boolean);
  const isEmpty = countOf(all, 'all') === 0;
  const count = countOf(all, status);
  return {
    query,
    path: listUrl(query, '/ui/incidents'),
    summary: isEmpty ? null : describeIncidents(all),
    chips: incidentViews.map((view) => ({
      ...words[view],
      count: formatNumber(countOf(all, view)),
      isCurrent: view === status,
      href: listUrl({ ...filters, status: view }),
    })),
    severities: incidentSeverities.map((value) => ({ value, isChosen: query.severity === value })),
    incidents: incidents.map((incident) => viewRow(incident, ctx.now())),
    heading: isFiltered
      ? `${plural(incidents.length, 'matching incident')}${cursor || next ? ' on this page' : ''}`
      : plural(count, 'incident'),
    word: words[status].word,
    isFiltered,
    searched: searched && formatNumber(searched),
    isEmpty,
    inStatus: count,
    withoutFilter: listUrl({ status }),
    newest: cursor ? listUrl({ ...query, cursor: undefined }) : null,
    older: next === null ? null : listUrl({ ...query, cursor: next }),
    figures: all.figures.map(({ days, figures }) => viewFigures(days, figures)),
    postMortems: ctx.links
      .postMortems(shownPostMortems)
      .map((one) => ({ ...one, href: url(`/documents/post_mortem/${one.slug}`) })),
  };
}

function countOf({ open, mitigated, closed }: Tally, view: IncidentsView): number {
  const active = open + mitigated;
  return { active, open, mitigated, closed, all: active + closed }[view];
}

/** Uses only stored data and whether the due time is over, so that the same list renders to the same bytes. */
function viewRow(incident: Incident, now: Date) {
  const { number, title, severity, services, tags, owner, opened_at, status } = incident;
  const took = tookMs(incident);
  return {
    number,
    title,
    href: url(`/incidents/${number}`),
    severity,
    services: services.map((name) => ({ name, href: listUrl({ service: name }) })),
    tags: tags.map((name) => ({ name, href: listUrl({ tag: name }) })),
    owner: owner === null ? null : { name: owner, href: listUrl({ owner }) },
    openedAt: opened_at,
    took: took === null ? null : formatSpan(took),
    isLate: status !== 'closed' && isOverdue(incident, now),
    badge: badgeOf(incident),
  };
}

/** Without a number there is no mean: `–`. */
function viewFigures(days: number, { count, mitigated, meanMs, missed }: Figures) {
  return {
    days,
    count: formatNumber(count),
    mean: meanMs === null ? '–' : formatSpan(meanMs),
    of: `n = ${formatNumber(mitigated)}`,
    missed: count === 0 ? '–' : formatNumber(missed),
    hasMissed: missed > 0,
  };
}
