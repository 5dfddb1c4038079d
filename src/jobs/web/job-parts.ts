// The parts of a job's page outside its card: result rows, commands to copy, the log as a file.
import { givenArguments } from '../../core/arguments.ts';
import { shortenAll } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import { Readable } from 'node:stream';
import { isTerminal, type Job } from '../job.ts';
import { jobLogFile, readJobLog } from '../../job-log/log.ts';
import { commandOf, curlOf } from '../../web/copied-run.ts';
import type { JobContext } from '../parts.ts';

/** `row`: the number of the row before the first one shown. */
export type RowsQuery = { outcome?: string; tab?: string; row?: number };

const rowsPerPage = 100;
const pieceBytes = 256 * 1024;

export function viewRows(
  { listing, catalogue }: Pick<JobContext, 'listing' | 'catalogue'>,
  job: Job,
  { outcome, tab, row = 0 }: RowsQuery,
) {
  const link = (query: Record<string, string | undefined>) =>
    url(`/jobs/${job.number}#rows`, { outcome, tab, ...query });
  const { items, next_cursor } = listing.rows(job.id, { outcome, tab }, rowsPerPage, row);
  const tabs = catalogue.find(job.operation)?.tabs ?? [];
  const counts = listing.rowCounts(job.id);
  const all = counts.reduce((sum, { rows }) => sum + rows, 0);
  return {
    number: job.number,
    path: url(`/ui/jobs/${job.number}/rows`, { outcome, tab, row }),
    isActive: !isTerminal(job.status),
    items: shortenAll(items),
    total: all,
    chips: [
      { word: 'All', rows: all, href: link({ outcome: undefined }), isCurrent: outcome === undefined },
      ...counts.map((count) => ({
        word: count.outcome,
        rows: count.rows,
        href: link({ outcome: count.outcome }),
        isCurrent: count.outcome === outcome,
      })),
    ],
    tabs: [undefined, ...tabs].map((name) => ({
      word: name ?? 'All tabs',
      href: link({ tab: name }),
      isCurrent: name === tab,
    })),
    first: row > 0 ? link({}) : null,
    next: next_cursor && link({ row: next_cursor }),
  };
}

/** A system takes no longer argument of a command. */
const maxCommandLength = 100_000;

/** Commands that repeat the run. */
export function viewCopies({ catalogue }: Pick<JobContext, 'catalogue'>, job: Job, origin: string) {
  const operation = catalogue.find(job.operation);
  if (!operation) return [];
  const isDestructive = operation.danger(job.args) === 'destructive';
  const run = {
    operation: job.operation,
    args: givenArguments(operation, job.args),
    reason: isDestructive ? job.reason : null,
    confirm: isDestructive ? operation.confirmWord : null,
  };
  const copies = [
    { id: 'copy-curl', name: 'curl', text: curlOf(run, origin) },
    { id: 'copy-command-line', name: 'command line', text: commandOf(run) },
  ];
  return copies.filter(({ text }) => text.length <= maxCommandLength);
}

/** All that is kept; a line gives the size of each gap. */
export function wholeLog({ config }: Pick<JobContext, 'config'>, job: Job): Readable {
  const file = jobLogFile(config.root, job.number);
  return Readable.from(
    (function* () {
      for (let offset = 0; ; ) {
        const range = readJobLog(file, offset, pieceBytes);
        if (range.missing > 0) yield Buffer.from(`\n[${range.missing} bytes are no longer kept]\n`);
        if (range.text.length === 0) return;
        yield range.text;
        offset = range.next;
      }
    })(),
  );
}
