// The view model of the list of groups: the form, the chips, the rows and the address of the next page.
import { formatNumber, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { decisionActions } from '../actions.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import { errorSources } from '../fingerprint.ts';
import type { GroupView } from '../group.ts';
import { describeSummary, type GroupChoice } from '../groups.ts';
import type { ErrorContext } from '../parts.ts';
import { sourceWords, viewGroup } from './group-view.ts';

export type ListQuery = {
  state?: GroupView | undefined;
  source?: GroupChoice['source'];
  q?: string | undefined;
  before?: string | undefined;
};

const groupsPerPage = 50;

const chips: { view: GroupView; word: string; tone: string; icon: string | null }[] = [
  { view: 'open', word: 'Open', tone: 'bad', icon: 'cross' },
  { view: 'back', word: 'Came back', tone: 'bad', icon: 'retry' },
  { view: 'new', word: 'New in this version', tone: 'warn', icon: 'plus' },
  { view: 'since-success', word: 'New since the last success', tone: 'warn', icon: 'clock' },
  { view: 'resolved', word: 'Resolved', tone: 'ok', icon: 'check' },
  { view: 'muted', word: 'Muted', tone: 'hold', icon: 'mute' },
];

const errorsUrl = (query: ListQuery, path = '/errors') => url(path, query);

export function viewErrors(ctx: Pick<ErrorContext, 'groups' | 'missedErrors'>, query: ListQuery) {
  const { state = 'open', source, q, before } = query;
  const summary = ctx.groups.summary();
  const { groups, next } = ctx.groups.list(
    { view: state, source, q },
    groupsPerPage,
    readCursor(before || undefined),
  );
  const isFiltered = Boolean(source || q?.trim());
  const chosen = chips.find(({ view }) => view === state);
  return {
    summary: describeSummary(summary),
    path: errorsUrl({ ...query, state }, '/ui/errors'),
    query: { ...query, state },
    picked: decisions
      .filter(({ to }) => to !== (isOpen(state) ? 'open' : state))
      .map(({ to, word }) => ({ word, verb: decisionActions[to].verb, needed: decisionActions[to].name })),
    here: errorsUrl({ ...query, state }),
    chips: chips
      .filter(({ view }) => alwaysShown.has(view) || summary[view] > 0 || view === state)
      .map(({ view, ...chip }) => ({
        ...chip,
        count: formatNumber(summary[view]),
        isCurrent: view === state,
        href: errorsUrl({ source, q, state: view }),
      })),
    sources: errorSources.map((name) => ({ name, word: sourceWords[name], isChosen: name === source })),
    groups: groups.map(viewGroup),
    heading: isFiltered
      ? describeFound(groups.length, Boolean(before || next))
      : plural(summary[state], 'group'),
    word: chosen?.word ?? 'All',
    isFiltered,
    /** No error was ever seen. */
    hasNoGroups: summary.all === 0,
    inState: summary[state],
    withoutFilter: errorsUrl({ state }),
    newest: before ? errorsUrl({ ...query, before: undefined }) : null,
    older: next === null ? null : errorsUrl({ ...query, before: formatCursor(next) }),
    missed: viewMissed(ctx),
  };
}

const decisions = [
  { to: 'resolved', word: 'Resolve' },
  { to: 'muted', word: 'Mute' },
  { to: 'open', word: 'Open again' },
] as const;

/** The views of groups that all are open. */
const isOpen = (view: GroupView) => view !== 'all' && view !== 'resolved' && view !== 'muted';

/** The matches are not counted: there may be thousands. */
function describeFound(found: number, isPart: boolean): string {
  if (found === 0) return 'No matching groups';
  return `${plural(found, 'matching group')}${isPart ? ' on this page' : ''}`;
}

const alwaysShown = new Set<GroupView>(['open', 'resolved', 'muted']);

function viewMissed({ missedErrors }: Pick<ErrorContext, 'missedErrors'>) {
  const { times, at } = missedErrors();
  return at === null ? null : { text: plural(times, 'error was', 'errors were'), at: at.toISOString() };
}
