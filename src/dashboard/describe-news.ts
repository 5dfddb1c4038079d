// News in words: one item for each thing, also when it failed and works again.
import type { AuditRow } from '../audit/audit-row.ts';
import { describeRow } from '../audit/describe-row.ts';
import { describeTarget } from '../audit/describe-target.ts';
import { lowerFirst, plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import type { JobRepository } from '../jobs/repository.ts';

export type NewsItem = {
  /** The newest row about it. */
  id: number;
  at: string;
  event: string;
  target: string | null;
  /** `again`: it was over, and is back. */
  transition: 'first' | 'again' | 'recovered' | null;
  tone: 'ok' | 'warn' | 'bad' | 'hold';
  /** Begins the sentence; a link to `href`. */
  subject: string;
  href: string | null;
  /** Ends the sentence, without a full stop: ` failed`, `: over`, or nothing. */
  text: string;
  /** The rows that it stands for, and the first of them. */
  rows: number;
  began: { id: number; at: string };
};

export type DescribeSources = {
  /** The titles of the operations, by name. */
  operationTitles: () => ReadonlyMap<string, string>;
  repository: Pick<JobRepository, 'find'>;
};

type Group = { row: AuditRow; first: AuditRow; rows: number; wasTold: boolean };
type Words = Pick<NewsItem, 'tone' | 'subject' | 'href' | 'text'>;

/** `rows`: newest first. The newest item is first. */
export function describeNews(sources: DescribeSources, rows: AuditRow[]): NewsItem[] {
  const titles = sources.operationTitles();
  const jobs = readJobs(sources, rows);
  return gather(rows, jobs).map((group) => {
    const { row, first } = group;
    const { id, at, event, target } = row;
    const words = (describers[event] ?? describeOther)(group, { titles, jobs });
    return {
      ...{ id, at, event, target, rows: group.rows, began: { id: first.id, at: first.at } },
      transition: transitionOf(row),
      ...words,
    };
  });
}

type Jobs = ReadonlyMap<string | null, { number: string; operation: string | null; key: string }>;

/** The jobs of the rows by their targets; jobs that are not kept have no operation. */
function readJobs({ repository }: DescribeSources, rows: AuditRow[]): Jobs {
  const ofJobs = rows.filter(({ event }) => event === 'job.finished');
  return new Map(
    ofJobs.map(({ target }) => {
      const number = target?.replace('job:', '') ?? '';
      const job = repository.find(number);
      const key = job ? `${job.operation} ${job.schedule ?? ''}` : `job ${number}`;
      return [target, { number, operation: job?.operation ?? null, key }];
    }),
  );
}

/** One group for each thing, in the order of the newest row about it. */
function gather(rows: AuditRow[], jobs: Jobs): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const kind = row.event.split('.')[0];
    const key =
      jobs.get(row.target)?.key ?? (row.target === null ? `row ${row.id}` : `${kind} ${row.target}`);
    const group = groups.get(key);
    if (!group) groups.set(key, { row, first: row, rows: 1, wasTold: false });
    else
      groups.set(key, {
        ...{ row: group.row, first: row, rows: group.rows + 1 },
        wasTold: group.wasTold || row.detail?.transition === 'first',
      });
  }
  return [...groups.values()];
}

type Naming = { titles: ReadonlyMap<string, string>; jobs: Jobs };

const isOver = ({ row }: Group) => transitionOf(row) === 'recovered';
const isBack = ({ row }: Group) => transitionOf(row) === 'again';

function transitionOf({ detail }: AuditRow): NewsItem['transition'] {
  const known = (['again', 'recovered'] as const).find((one) => one === detail?.transition);
  return detail?.transition === undefined ? null : (known ?? 'first');
}

/** By event; each says what happened to its subject. */
const describers: Record<string, (group: Group, naming: Naming) => Words> = {
  'finding.opened': describeFinding,
  'finding.cleared': describeFinding,
  'job.finished': describeJob,
  'schedule.missed': describeMissed,
  'backup.tested': (group) => ({
    ...subjectOf(group.row),
    tone: group.row.outcome === 'ok' ? 'ok' : 'bad',
    text: group.row.outcome === 'ok' ? ' passed its restore test' : ' failed its restore test',
  }),
  'backup.gone': ({ row }) => ({ ...subjectOf(row), tone: 'hold', text: ' is gone' }),
};

/** A cleared one is not on the page of checks any more. */
function describeFinding(group: Group): Words {
  const { target, detail } = group.row;
  const subject = typeof detail?.title === 'string' ? detail.title : (subjectOf(group.row).subject ?? '');
  if (!isOver(group))
    return {
      ...{ subject, text: isBack(group) ? ': is back' : '', href: describeTarget(target)?.href ?? null },
      tone: detail?.severity === 'error' || isBack(group) ? 'bad' : 'warn',
    };
  const text = group.wasTold ? ': began, and is over' : ': over';
  return { subject, text, href: url('/audit', { target }), tone: 'ok' };
}

function describeJob(group: Group, { titles, jobs }: Naming): Words {
  const { row, first } = group;
  const { number = '', operation = null } = jobs.get(row.target) ?? {};
  const name = operation === null ? 'Job' : (titles.get(operation) ?? operation);
  const named = { href: describeTarget(row.target)?.href ?? null, subject: `${name} #${number}` };
  if (!isOver(group)) return { ...named, tone: 'bad', text: ' failed' };
  const before = group.wasTold ? `, #${jobs.get(first.target)?.number} had failed` : '';
  return { ...named, tone: 'ok', text: ` is done${before}` };
}

function describeMissed(group: Group): Words {
  const { detail } = group.row;
  const times = typeof detail?.ticks === 'number' ? plural(detail.ticks, 'due time') : 'its due time';
  if (!isOver(group)) return { ...subjectOf(group.row), tone: 'warn', text: ` missed ${times}` };
  return {
    ...subjectOf(group.row),
    tone: 'ok',
    text: group.wasTold ? ' missed due times and runs again' : ' runs again',
  };
}

/** `Incident #7`: `incident mitigated` without the noun that the subject has already. */
function describeOther(group: Group, { titles }: Naming): Words {
  const { row } = group;
  const { subject, href } = subjectOf(row);
  const title = lowerFirst(describeRow(row, titles).title);
  const text = title.replace(/^\w+ (?=\w)/, (noun) => (subject.startsWith(capital(noun)) ? '' : noun));
  return { subject, href, text: ` ${text}`, tone: isOver(group) ? 'ok' : isBack(group) ? 'bad' : 'warn' };
}

const capital = (noun: string) => noun.charAt(0).toUpperCase() + noun.slice(1).trim();

function subjectOf({ target, event }: AuditRow): Pick<Words, 'subject' | 'href'> {
  const subject = describeTarget(target);
  return { subject: subject?.text ?? event, href: subject?.href ?? null };
}
