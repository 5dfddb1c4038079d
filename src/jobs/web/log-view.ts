// The view model of a job's log: one page of lines around a position, the matches of a search or a level, and paging links.
import { url } from '../../core/url.ts';
import { isTerminal, type Job } from '../job.ts';
import { jobLogFile } from '../../job-log/log.ts';
import { type LogHits, type LogLine, type LogLines, openLogLines } from '../../job-log/log-lines.ts';
import { type Level, wantLevel, wantText } from '../../job-log/log-text.ts';
import { formatBytes, formatNumber, plural } from '../../core/format.ts';
import type { JobContext } from '../parts.ts';
import { clockOf } from '../../web/template-globals.ts';

/** `line`: shown with the lines around it; `from`: the first line shown. */
export type LogQuery = { line?: number; from?: number; find?: string; level?: Level };

const linesPerPage = 500;
/** A page that follows the log and lags by this many lines skips to the end. */
const maxLag = 1500;
const aroundLine = 10;

export function viewLog({ config }: Pick<JobContext, 'config'>, job: Job, query: LogQuery) {
  const empty = { isEmpty: true as const, isActive: !isTerminal(job.status), number: job.number };
  return readLog(config, job, empty, (log) => view(log, job, query));
}

/** The lines from `from` on, for a page that has the earlier ones. A page that follows the log and lags far behind gets
 *  the newest ones. */
export function viewLines(
  { config }: Pick<JobContext, 'config'>,
  job: Job,
  from: number,
  isFollowing: boolean,
) {
  return readLog(config, job, { lines: [], total: 0, number: job.number }, async (log) => {
    const total = log.count();
    const isFarBehind = isFollowing && total - from >= maxLag;
    const lines = await log.page(isFarBehind ? total - linesPerPage + 1 : from, linesPerPage);
    return { lines: lines.map((line) => viewLine(line, null, null)), total, number: job.number };
  });
}

/** The number of warnings and errors in the whole log. */
export function countLevels({ config }: Pick<JobContext, 'config'>, job: Job) {
  return readLog(config, job, { warning: '0', error: '0' }, async (log) => {
    const found = async (level: Level) => describeHits(await log.search(wantLevel(level)));
    return { warning: await found('warning'), error: await found('error') };
  });
}

/** Returns `empty` for a job without a log. */
async function readLog<Empty, T>(
  { root }: JobContext['config'],
  { number }: Job,
  empty: Empty,
  read: (log: NonNullable<LogLines>) => Promise<T>,
) {
  const log = openLogLines(jobLogFile(root, number));
  if (!log) return empty;
  try {
    return await read(log);
  } finally {
    log.close();
  }
}

async function view(log: NonNullable<LogLines>, job: Job, query: LogQuery) {
  const total = log.count();
  const gap = log.gap();
  const hits = query.find ? await log.search(wantText(query.find)) : null;
  const ofLevel = query.level ? await log.search(wantLevel(query.level)) : null;
  // A link may name a line that no longer exists.
  const asked = query.line === undefined ? undefined : Math.min(query.line, total);
  const line =
    asked ??
    (hits && query.from === undefined ? hits.numbers[0] : undefined) ??
    (await firstError(log, job, query));
  const wanted = query.from ?? (line ? line - aroundLine : total - linesPerPage + 1);
  const first = Math.max(1, Math.min(wanted, total));
  const lines = ofLevel
    ? await chosenLines(log, ofLevel, query.from ?? 1)
    : await log.page(first, linesPerPage);
  const shown = { first: lines[0]?.number ?? 0, last: lines.at(-1)?.number ?? 0 };
  const older = Math.max(1, shown.first - linesPerPage);
  const nextOfLevel = ofLevel?.numbers.find((number) => number > shown.last) ?? null;
  return {
    isEmpty: false as const,
    number: job.number,
    isActive: !isTerminal(job.status),
    size: formatBytes(log.size),
    total,
    position: `${ofLevel ? plural(lines.length, 'line') : `Lines ${formatNumber(shown.first)}–${formatNumber(shown.last)}`} of ${formatNumber(total)}`,
    lines: lines.map((one) => viewLine(one, query.find ?? null, gap && one.isCut ? gap : null)),
    target: line ?? null,
    isAtEnd: !ofLevel && shown.last >= total,
    older:
      !ofLevel && shown.first > 1
        ? { url: urlOf(job, { find: query.find, from: older }), first: older }
        : null,
    newer: ofLevel
      ? nextOfLevel && { url: urlOf(job, { level: query.level, from: nextOfLevel }) }
      : shown.last < total
        ? { url: urlOf(job, { find: query.find, from: shown.last + 1 }) }
        : null,
    end: urlOf(job, { from: Math.max(1, total - linesPerPage + 1) }),
    start: urlOf(job, { from: 1 }),
    level: query.level ?? null,
    levels: [
      { word: 'All', tone: '', icon: null, level: null, url: urlOf(job, {}) },
      {
        word: 'Warnings',
        tone: 'warn',
        icon: 'tri',
        level: 'warning',
        url: urlOf(job, { level: 'warning' }),
      },
      { word: 'Errors', tone: 'bad', icon: 'cross', level: 'error', url: urlOf(job, { level: 'error' }) },
    ],
    find: query.find ?? '',
    found: hits && viewHits(job, hits, query.find ?? '', line ?? 0),
  };
}

/** A failed job opens at its first error. */
async function firstError(
  log: NonNullable<LogLines>,
  job: Job,
  query: LogQuery,
): Promise<number | undefined> {
  if (job.status !== 'failed' || query.from !== undefined || query.level) return undefined;
  return (await log.search(wantLevel('error'), 1)).numbers[0];
}

async function chosenLines(
  log: NonNullable<LogLines>,
  { numbers }: LogHits,
  from: number,
): Promise<LogLine[]> {
  const chosen = numbers.filter((number) => number >= from).slice(0, linesPerPage);
  const lines: LogLine[] = [];
  for (const number of chosen) lines.push(...(await log.page(number, 1)));
  return lines;
}

function viewHits(job: Job, { numbers, isWhole }: LogHits, find: string, line: number) {
  const at = numbers.indexOf(line);
  const link = (number: number | undefined) =>
    number === undefined ? null : `${urlOf(job, { find, line: number })}#L${number}`;
  return {
    text: `${at >= 0 ? `${formatNumber(at + 1)} of ` : ''}${describeHits({ numbers, isWhole })} ${numbers.length === 1 ? 'line' : 'lines'}`,
    previous: link(numbers.findLast((number) => number < line)),
    next: link(numbers.find((number) => number > line)),
  };
}

function describeHits({ numbers, isWhole }: LogHits): string {
  return `${formatNumber(numbers.length)}${isWhole ? '' : '+'}`;
}

function urlOf({ number }: Job, query: { [name in keyof LogQuery]: LogQuery[name] | undefined }): string {
  return url(`/jobs/${number}`, query);
}

const levelLabels: Record<Level, string> = { error: 'ERROR', warning: 'WARN', info: 'INFO', debug: 'DEBUG' };

function viewLine(
  line: LogLine,
  find: string | null,
  gap: { first: number; last: number; bytes: number } | null,
) {
  return {
    number: line.number,
    at: line.at,
    time: line.at ? preciseClock(new Date(line.at)) : '',
    word: line.level ? levelLabels[line.level] : line.stream === 'stderr' ? 'stderr' : '',
    tone:
      line.level === 'error' ? 'e' : line.level === 'warning' ? 'w' : line.stream === 'stderr' ? 'err' : '',
    parts: find ? marked(line.text, find) : [{ text: line.text, isHit: false }],
    folded: line.folded > 0 ? `${formatBytes(line.folded)} more in this line` : null,
    isOpen: line.isOpen,
    gap:
      gap &&
      `Lines ${formatNumber(gap.first)} to ${formatNumber(gap.last)} are no longer kept (${formatBytes(gap.bytes)}).`,
  };
}

/** Splits a text at the matches of a search. */
function marked(text: string, find: string): { text: string; isHit: boolean }[] {
  const pattern = new RegExp(`(${find.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')})`, 'gi');
  return text.split(pattern).map((part, at) => ({ text: part, isHit: at % 2 === 1 }));
}

/** `14:07:02.480` */
function preciseClock(at: Date): string {
  return `${clockOf(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
