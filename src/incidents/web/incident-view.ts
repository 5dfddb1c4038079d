// The page of one incident: its state, its timeline, its details.
import { formatDay, formatNumber, formatSpan, plural } from '../../core/format.ts';
import { describeTarget } from '../../audit/describe-target.ts';
import { url } from '../../core/url.ts';
import type { ChecklistItem } from '../../checklist/checklist.ts';
import {
  type Entry,
  type Incident,
  incidentTarget,
  isOverdue,
  tookMs,
} from '../../incident-store/incident.ts';
import { dueAfterMs, severityWords } from '../due.ts';
import { type EntryWord, wordOf } from '../entry-words.ts';
import { olderThan } from '../incident-body.ts';
import { postMortemOf } from '../links.ts';
import type { IncidentContext } from '../parts.ts';
import { badgeOf, markOf } from './badges.ts';
import { runActions } from '../../runbooks/run.ts';
import { viewLinked } from './linked-view.ts';

export function viewIncident(ctx: IncidentContext, number: number) {
  const incident = ctx.incidents.get(number);
  const entries = ctx.incidents.entries(number);
  const items = ctx.items.of(number);
  return {
    incident: {
      ...viewState(ctx, incident),
      details: viewDetails(ctx, incident),
      auditUrl: url('/audit', { target: incidentTarget(number) }),
    },
    ...viewTimeline(number, entries),
    entriesMeta: `${plural(ctx.incidents.countEntries(number), 'entry', 'entries')}; added, never changed`,
    linked: viewLinked(ctx, incident),
    items: items.map((item) => viewItem(number, item, ctx.now())),
    itemsMeta: describeItems(items),
  };
}

/** The entries before that one. */
export function viewOlder({ incidents }: IncidentContext, number: number, before: number) {
  return { ...viewTimeline(number, incidents.entries(number, { before })), newest: incidentUrl(number) };
}

function viewTimeline(number: number, entries: Entry[]) {
  const older = olderThan(entries);
  const before = entries[0]?.seq;
  return {
    entries: entries.map(viewEntry),
    older:
      older === 0 ? null : { count: formatNumber(older), href: `${incidentUrl(number, { before })}#h-older` },
  };
}

const incidentUrl = (number: number, query?: { before: number | undefined }) =>
  url(`/incidents/${number}`, query);

function viewState(ctx: IncidentContext, incident: Incident) {
  const { number, title, status, severity, opened_at, opened_by, closed_at, owner } = incident;
  const took = tookMs(incident);
  const dialog = (name: string) => url(`/ui/incidents/${number}/${name}`);
  return {
    number,
    title,
    severity,
    badge: badgeOf(incident),
    openedAt: opened_at,
    openedBy: opened_by,
    owner,
    took: took === null ? null : formatSpan(took),
    closedAt: closed_at,
    isLate: isOverdue(incident, ctx.now()),
    dueAfter: formatSpan(Date.parse(incident.due_at) - Date.parse(opened_at)),
    mitigate:
      status === 'open' ? { action: dialog('mitigate'), fields: [], needs: 'incident.mitigated' } : null,
    closeUrl: status === 'closed' ? null : dialog('close'),
    reopenUrl: status === 'open' ? null : dialog('reopen'),
    startPostMortem: startPostMortemOf(ctx, incident),
    editUrl: dialog('edit'),
    addItemUrl: dialog('items'),
    startRun: startRunOf(ctx, incident),
  };
}

/** The forms that start a run for it: of its own runbook, and of another one. */
function startRunOf({ links }: IncidentContext, { number, runbook, status }: Incident) {
  const all = links.runbooks();
  if (status === 'closed' || all.length === 0) return null;
  const action = url(`/ui/incidents/${number}/runs`);
  const own = all.find(({ slug }) => slug === runbook) ?? null;
  const run = (slug: string) => ({
    action,
    fields: [{ name: 'runbook', value: slug }],
    needs: runActions.start.name,
  });
  return {
    action,
    own: own && { label: `Start “${own.title}”`, run: run(own.slug) },
    others: all.filter((one) => one !== own),
  };
}

/** The form that starts the post-mortem of a closed incident without one. */
function startPostMortemOf(ctx: IncidentContext, { number, status }: Incident) {
  if (status !== 'closed' || postMortemOf(ctx, number)) return null;
  return { action: url(`/ui/incidents/${number}/post-mortem`), fields: [], needs: 'incident.entry_added' };
}

function viewDetails({ config, runbookTitle }: IncidentContext, incident: Incident) {
  const { severity, due_at, mitigated_at, services, tags, owner, runbook, summary } = incident;
  const { resolution, status, source_ref } = incident;
  const filtered = (name: 'service' | 'tag' | 'owner') => (value: string) => ({
    name: value,
    href: url('/incidents', { [name]: value }),
  });
  return {
    severity: `${severity}: ${severityWords[severity]}`,
    dueAt: due_at,
    allowed: formatSpan(dueAfterMs(config, severity)),
    mitigatedAt: mitigated_at,
    services: services.map(filtered('service')),
    tags: tags.map(filtered('tag')),
    owners: owner === null ? [] : [filtered('owner')(owner)],
    source: describeTarget(source_ref) ?? { text: 'by hand', href: null },
    runbook: runbook && {
      title: runbookTitle(runbook) ?? runbook,
      href: runbookTitle(runbook) === null ? null : url(`/runbooks/${encodeURIComponent(runbook)}`),
    },
    summary,
    resolution: status === 'closed' ? resolution : null,
  };
}

/** The entries that are nobody's act. */
const happenings = new Set<EntryWord>([
  'job',
  'findingOpened',
  'findingBack',
  'findingCleared',
  'findingLasts',
]);

function viewEntry({ seq, at, actor, kind, text, ref }: Entry) {
  const word = wordOf({ kind, text });
  const [first = '', ...rest] = text.split('\n');
  const isNote = kind === 'note';
  const link = ref === null ? null : describeTarget(ref);
  return {
    seq,
    at,
    ...markOf(word, kind),
    head: isNote ? 'Note' : first,
    by: word && happenings.has(word) ? null : actor,
    lines: isNote ? [text] : rest,
    link: link?.href ? { text: link.text, href: link.href } : null,
  };
}

function viewItem(number: number, { n, text, owner, due, state, at, actor, note }: ChecklistItem, now: Date) {
  const isOpen = state === 'open';
  const action = url(`/ui/incidents/${number}/items/${n}`);
  const button = (to: string) => ({
    action,
    fields: [{ name: 'state', value: to }],
    needs: 'incident.item_changed',
  });
  const isLate = isOpen && due !== null && due < now.toISOString().slice(0, 'YYYY-MM-DD'.length);
  return {
    n,
    text,
    isOpen,
    ...marks[state],
    about: [owner, due && `due ${formatDay(due)}`].filter(Boolean).join(', '),
    isLate,
    change: isOpen ? null : { at, actor },
    note,
    buttons: isOpen
      ? [
          { label: 'Done', id: `item-${n}-done`, run: button('done') },
          { label: 'Skip', id: `item-${n}-skip`, run: button('skipped') },
        ]
      : [{ label: 'Open again', id: `item-${n}-open`, run: button('open') }],
  };
}

const marks = {
  open: { tone: 'idle', icon: 'clock', word: 'Open' },
  done: { tone: 'ok', icon: 'check', word: 'Done' },
  skipped: { tone: 'idle', icon: 'slash', word: 'Skipped' },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed' },
};

/** `1 of 2 open` */
function describeItems(items: ChecklistItem[]): string | null {
  if (items.length === 0) return null;
  return `${items.filter(({ state }) => state === 'open').length} of ${plural(items.length, 'item')} open`;
}
