// The groups in which the page lists custom operations and the upkeep.
import { lowerFirst, plural } from '../../core/format.ts';
import type { OperationRow } from './operation-row.ts';

/** With more custom operations, the groups start folded and the page has a filter. */
const unfoldedMax = 10;

/** Groups in the order of their first operation; null without a row. */
export function groupRows(rows: OperationRow[]) {
  if (rows.length === 0) return null;
  const isLong = rows.length > unfoldedMax;
  const groups = [...new Set(rows.map(({ group }) => group))].map((title) => {
    const members = rows.filter(({ group }) => group === title);
    const id = `group-${members[0]?.name}`;
    return { title, id, rows: members, summary: summarize(members), isOpen: !isLong || needLook(members) };
  });
  return { groups, total: rows.length, hasFilter: isLong };
}

/** A group that is open only while one of its operations is active or has failed; else its summary names them. */
export function foldRows(title: string, rows: OperationRow[]) {
  const isOpen = needLook(rows);
  const names = rows.map((row, at) => (at === 0 ? row.title : lowerFirst(row.title))).join(', ');
  const summary = isOpen ? summarize(rows) : { tone: '' as const, text: names };
  return { title, id: 'more', rows, summary, isOpen };
}

function needLook(rows: OperationRow[]): boolean {
  return rows.some(({ active, last }) => active !== null || last?.status === 'failed');
}

/** The worst first: `1 failed, 2 running`. */
function summarize(rows: OperationRow[]): { tone: 'bad' | ''; text: string } {
  const failed = rows.filter(({ last }) => last?.status === 'failed').length;
  const running = rows.filter(({ active }) => active && active.runs > 0).length;
  const waiting = rows.filter(({ active }) => active && active.runs === 0).length;
  const done = rows.filter(({ last }) => last?.status === 'succeeded').length;
  const parts = [
    failed > 0 && `${failed} failed`,
    running > 0 && `${running} running`,
    waiting > 0 && `${waiting} waiting`,
  ].filter(Boolean);
  if (parts.length > 0) return { tone: failed > 0 ? 'bad' : '', text: parts.join(', ') };
  if (done === rows.length) return { tone: '', text: 'all done' };
  return { tone: '', text: done === 0 ? 'none run yet' : `${plural(done, 'operation')} done` };
}
