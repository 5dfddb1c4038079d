// The view model of a row: in words, with its links, its changes, and the facts behind them.
import { mayAct, type Role } from '../../core/role.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import { localTime } from '../../web/template-globals.ts';
import { createDiffs, type DiffPart } from '../../plans/diff.ts';
import type { AuditRow } from '../audit-row.ts';
import { describeRow, factsOf } from '../describe-row.ts';
import { describeTarget } from '../describe-target.ts';
import type { AuditContext } from '../parts.ts';
import { changesOf, describeSecret, isAddition, type ValueChange } from '../value-changes.ts';

/** Time that a page may take to compare texts, which blocks every other request. */
const diffBudgetMs = 100;

/** More values than that are behind a summary. */
const maxShownChanges = 6;

type Diff = (from: string, to: string) => DiffPart[];

type Context = Pick<AuditContext, 'operationTitles' | 'repository'>;

/** Returns a function that views the rows of one page. */
export function createRowView({ operationTitles, repository }: Context, role: Role) {
  const diff = createDiffs(diffBudgetMs);
  const titles = operationTitles();
  return (row: AuditRow) => {
    const view = viewRow(row, titles, diff);
    const sentence = view.sentence ?? describeJob(row, titles, repository);
    return { ...view, sentence, subject: viewSubject(row, role) };
  };
}

/** Without a link to a page that the reader may not open. */
function viewSubject({ target }: AuditRow, role: Role) {
  const subject = describeTarget(target);
  if (subject === null) return null;
  return { text: subject.text, href: mayAct(role, subject.reads ?? 'viewer') ? subject.href : null };
}

/** The operation of a row about a job, if the row itself does not say it and the job is kept. */
function describeJob(
  { target }: AuditRow,
  titles: ReadonlyMap<string, string>,
  repository: Context['repository'],
): string | null {
  const [, number] = /^job:(\d+)$/.exec(target ?? '') ?? [];
  const job = number === undefined ? null : repository.find(number);
  return job && `${titles.get(job.operation) ?? job.operation}.`;
}

function viewRow(row: AuditRow, titles: ReadonlyMap<string, string>, diff: Diff) {
  const { title, sentence } = describeRow(row, titles);
  const [, actor = row.actor, named = null] = /^(.*?) (\(.*\))$/.exec(row.actor) ?? [];
  const { id, at, event, outcome, reason, peer } = row;
  const isNew = isAddition(row.detail);
  const changes = changesOf(row.detail).map((change) => viewChange(change, diff, isNew));
  return {
    id,
    at,
    href: url(`/audit/${id}`),
    actor,
    named,
    event,
    title,
    sentence: sentence === null ? null : shorten(sentence),
    reason: reason === null ? null : shorten(reason),
    badge: badges[outcome],
    changes,
    areChangesFolded: changes.length > maxShownChanges,
    /** The changes of a refused or failed row were asked for, and not made. */
    isMade: outcome === 'ok',
    facts: factsOf(row),
    peer,
    requestId: row.request_id,
    hash: row.hash,
  };
}

const badges = {
  ok: { tone: 'ok', icon: 'check', word: 'Done', isQuiet: true },
  refused: { tone: 'bad', icon: 'slash', word: 'Refused', isQuiet: false },
  failed: { tone: 'bad', icon: 'cross', word: 'Failed', isQuiet: false },
};

/** `isNew`: nothing was there before, so no value was empty. */
function viewChange(change: ValueChange, diff: Diff, isNew: boolean) {
  const { field, from, to } = change;
  const secret = describeSecret(change);
  if (secret !== null) return { field, note: isNew ? to : secret, parts: [] };
  const [was, is] = [from, to].map((text) => (text === null ? null : showTime(text))) as [string, string];
  if (from === null) return { field, note: isNew ? null : 'was empty', parts: diff('', is) };
  if (to === null) return { field, note: 'becomes empty', parts: diff(was, '') };
  return { field, note: null, parts: diff(was, is) };
}

/** A stored time in the zone of this machine, as the rest of the page. */
function showTime(text: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? localTime(text) : text;
}
