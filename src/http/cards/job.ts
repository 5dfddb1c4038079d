// The card of one job, on that job's page: state, progress, problems, the end of its log.
import { jobLogFile, readJobLog } from '../../jobs/log.ts';
import { viewJob } from '../job-view.ts';
import type { Card } from './card.ts';

const logTailBytes = 16 * 1024;
const rowsShown = 50;

export function jobCard(number: number): Card {
  return {
    name: `job-${number}`,
    host: `job-${number}-card`,
    path: `/ui/jobs/${number}/card`,
    dirtyOn: ['job', 'log', 'operations'],
    load(services) {
      const { config, jobs, listing } = services;
      const job = jobs.find(String(number));
      const { size } = readJobLog(jobLogFile(config.root, number), 0, 0);
      const offset = Math.max(0, size - logTailBytes);
      const { text } = readJobLog(jobLogFile(config.root, number), offset, logTailBytes);
      const rows = listing.rows(job.id, undefined, rowsShown);
      return {
        job: viewJob(services, job),
        rows: rows.items,
        hasMoreRows: rows.next_cursor !== null,
        log: { text: cleanText(text.toString('utf8'), offset > 0), size, isCut: offset > 0 },
      };
    },
  };
}

/** Control characters other than line feed and tab are shown as U+FFFD, ANSI sequences are left out; after a cut the
 *  first, partial line goes. */
function cleanText(text: string, isCut: boolean): string {
  const whole = isCut ? text.slice(text.indexOf('\n') + 1) : text;
  return whole.replace(ansi, '').replaceAll('\r\n', '\n').replace(controls, '\uFFFD');
}

const ansi = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
const controls = /[\x00-\x08\x0b-\x1f\x7f]/g;
