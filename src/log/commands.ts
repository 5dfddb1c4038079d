// The command that reads the log through the API.
import { AppError, type ErrorCode } from '../core/errors.ts';
import type { ArgumentProperty } from '../core/operation.ts';
import { onStopSignal } from '../core/stop-signals.ts';
import type { Client, Command } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import type { LineBody } from './line-body.ts';
import { textOf } from './line-text.ts';
import { searchedLevels } from './log-filter.ts';

type Page = {
  items: LineBody[];
  next_cursor: string | null;
  stopped_at: string | null;
  has_newer: boolean;
  newest_id: number;
  remade: { at: string; reason: string } | null;
};

const pollMs = 500;
const followedAtOnce = 200;
const limit = { type: 'integer', title: 'Number of lines, 1 to 200', default: 50 } satisfies ArgumentProperty;

export const logCommands: Command[] = [
  {
    name: 'log',
    example: '"disk full"',
    wordsMax: 12,
    summary: 'Shows the newest lines of the log, or those that match, oldest first.',
    flags: {
      follow: switchFlag('Go on with new lines until it is interrupted'),
      level: { type: 'string', title: 'Only this level and the higher ones', enum: [...searchedLevels] },
      job: textFlag('Only lines of this job, e.g. 12'),
      request: textFlag('Only lines of this request, by the id that its answer names'),
      since: textFlag('From then on, e.g. 1h or 2026-11-22'),
      limit,
    },
    async run(client, { values, rest }, screen) {
      const { follow, limit: wanted = limit.default, request, ...given } = values;
      const filter = { ...given, request_id: request, text: rest.join(' ') || undefined };
      const page = await read(client, { ...filter, limit: wanted });
      if (!follow) return screen.show(page, ...linesOf(page), describeEnd(page));
      if (client.isByHand) throw noServer;
      show(screen, page);
      return followFrom(page.newest_id, (after) => showNewer(client, screen, filter, after));
    },
  },
];

/** This process would hold the data folder for as long as it follows. */
const noServer = new AppError(
  'wrong_state',
  'No server is running, so no lines follow. Leave --follow out, or start the server.',
);

/** Until a signal to stop. `showFrom` returns where it ended. */
async function followFrom(first: number, showFrom: (after: number) => Promise<number>): Promise<number> {
  let isStopped = false;
  const restore = onStopSignal(() => {
    isStopped = true;
  });
  for (let after = first; !isStopped; ) after = await showFrom(after);
  restore();
  return exits.succeeded;
}

type Query = Record<string, unknown>;

function read(client: Client, query: Query): Promise<Page> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const parameters = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  );
  return client.get<Page>(`/api/v1/log?${parameters}`);
}

/** Refusals while the server restarts, or while another program has locked log.db. */
const passing: ErrorCode[] = ['temporary', 'busy', 'stopping'];

/** Shows the newer lines, and returns the cursor of their end. */
async function showNewer(client: Client, screen: Screen, filter: Query, after: number): Promise<number> {
  const page = await read(client, { ...filter, after, limit: followedAtOnce }).catch((error) => {
    if (!(error instanceof AppError && passing.includes(error.code))) throw error;
    screen.progress('waiting', 'Waiting for the server.');
    return null;
  });
  if (page) show(screen, page);
  if (page?.has_newer) return page.items[0]?.id ?? after;
  await new Promise((resolve) => setTimeout(resolve, pollMs));
  return Math.max(after, page?.newest_id ?? 0);
}

/** With `--json` each line is an object of its own. */
function show(screen: Screen, page: Page) {
  for (const line of linesOf(page)) screen.line(line);
  for (const line of [...page.items].reverse()) screen.json(line);
}

function linesOf({ items }: Page): string[] {
  return [...items].reverse().map(formatLine);
}

function formatLine(line: LineBody): string {
  const { at, level, job, request_id } = line;
  const about = [job === null ? '' : `job #${job}`, request_id === null ? '' : `request ${request_id}`];
  const named = about.filter((one) => one !== '').join(', ');
  return `${at} ${level.toUpperCase().padEnd(5)} ${textOf(line).replace(/\s+/g, ' ')}${named ? ` (${named})` : ''}`;
}

function describeEnd({ items, next_cursor, stopped_at, remade }: Page): string {
  if (stopped_at !== null)
    return `Searched back to ${stopped_at}. Narrow the search with --since or --level.`;
  if (next_cursor === null && remade)
    return `No older lines: log.db ${remade.reason}, so it was made again at ${remade.at}.`;
  if (items.length === 0) return 'No lines.';
  return next_cursor === null ? 'No older lines.' : 'There are older lines: --since, or a larger --limit.';
}
