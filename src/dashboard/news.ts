// News: the rows of the audit log about something that began or is over. The log may be long, so only its newest rows are read.
import type { AuditRepository } from '../audit/audit-repository.ts';
import type { AuditRow } from '../audit/audit-row.ts';
import { eventGroups } from '../audit/event-words.ts';
import { findingTarget, isMuted } from '../checks/finding.ts';
import type { Findings } from '../checks/findings.ts';
import { isMove, isToldAlways, isToldEvent } from '../webhook-store/tell-me.ts';
import { type DescribeSources, describeNews, type NewsItem } from './describe-news.ts';

/** `more`: rows beyond `items`. `isWhole`: all rows since the cursor were read. `through`: the newest row that was read, the
 *  cursor of a reader who has seen this. `from`: the first row of the audit log behind the cursor. */
export type NewsPage = { items: NewsItem[]; more: number; isWhole: boolean; through: number; from: number };

type Given = DescribeSources & {
  auditRepository: Pick<AuditRepository, 'newestId' | 'piece'>;
  findings: Pick<Findings, 'all'>;
  now: () => Date;
};

/** Events of which those rows are news that say `first` or `recovered`, or `again` after `recovered`. */
const events = eventGroups.flatMap((group) => Object.keys(group.events)).filter(isToldEvent);

/** Rows of the audit log that are read at most. */
const readRows = 2000;
/** Rows of news that are described; further ones are counted. */
const describedRows = 100;

export function createNews(given: Given) {
  const { auditRepository, findings, now } = given;
  const { newestNews, readNewest } = createNewestNews(auditRepository);
  let latest: { newest: number; items: NewsItem[] } | null = null;

  return {
    /** Rows with an id above `cursor`, the newest first, of which those about one thing are one item. */
    since(cursor: number, limit: number): NewsPage {
      const through = auditRepository.newestId();
      const from = Math.max(cursor, through - readRows) + 1;
      const all = readNewest();
      const quiet = findQuiet(all);
      const rows = withoutRepeats(all.filter(({ id }) => id >= from)).filter(({ id }) => !quiet.has(id));
      const items = describeNews(given, rows.slice(0, describedRows)).slice(0, limit);
      const told = items.reduce((sum, item) => sum + item.rows, 0);
      return { items, more: rows.length - told, isWhole: from === cursor + 1, through, from: cursor + 1 };
    },

    /** The newest items of all. */
    latest(limit: number): NewsItem[] {
      const newest = newestNews();
      if (latest?.newest !== newest)
        latest = { newest, items: describeNews(given, withoutRepeats(readNewest()).slice(0, describedRows)) };
      return latest.items.slice(0, limit);
    },

    /** The id of the newest row that is news; 0 without one. */
    newestNews,

    newestId: auditRepository.newestId,
  };

  /** The ids of rows that are no news: of a muted finding, and of one that was expected, since it opened in a maintenance window.
   *  `rows`: all, since it may have opened before the cursor. */
  function findQuiet(rows: AuditRow[]): ReadonlySet<number> {
    const muted = findings.all().filter((finding) => isMuted(finding, now()));
    const mutedTargets = new Set<string | null>(muted.map(({ id }) => findingTarget(id)));
    const expected = new Set<string | null>();
    const quiet = new Set<number>();
    for (const { id, event, target, detail } of rows.toReversed()) {
      if (event === 'finding.opened') {
        if (detail?.in_window) expected.add(target);
        else expected.delete(target);
      }
      if (event.startsWith('finding.') && (expected.has(target) || mutedTargets.has(target))) quiet.add(id);
    }
    return quiet;
  }
}

/** A row that says `again` is news when the thing was over in between; else the thing was open all the time. `rows`: newest
 *  first. */
function withoutRepeats(rows: AuditRow[]): AuditRow[] {
  const over = new Set<string>();
  const repeats = new Set<number>();
  for (const { id, event, target, detail } of rows.toReversed()) {
    const key = `${event.split('.')[0]} ${target}`;
    if (detail?.transition === 'recovered') over.add(key);
    if (detail?.transition === 'first') over.delete(key);
    if (detail?.transition === 'again' && !over.delete(key)) repeats.add(id);
  }
  return rows.filter(({ id }) => !repeats.has(id));
}

/** Newest first. */
function readNews({ piece }: Pick<AuditRepository, 'piece'>, from: number, through: number): AuditRow[] {
  return piece({ events }, { from, to: through + 1, isUp: false, limit: readRows }).filter(isNews);
}

function isNews({ event, outcome, detail }: AuditRow): boolean {
  if (outcome === 'refused') return false;
  return isToldAlways({ event, detail }) || isMove({ event, detail });
}

/** Reads each row once: the log grows with every action, and most of its rows are no news. */
function createNewestNews(repository: Given['auditRepository']) {
  let read = 0;
  let rows: AuditRow[] = [];
  return {
    newestNews: () => readNewest()[0]?.id ?? 0,
    readNewest,
  };

  /** The news among the newest rows; newest first. */
  function readNewest(): AuditRow[] {
    const through = repository.newestId();
    // The log of a backup may have replaced a longer one.
    if (through < read) [read, rows] = [0, []];
    if (through === read) return rows;
    const from = Math.max(read, through - readRows) + 1;
    rows = [...readNews(repository, from, through), ...rows.filter(({ id }) => id > through - readRows)];
    read = through;
    return rows;
  }
}
