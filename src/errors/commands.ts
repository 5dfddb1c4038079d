// Commands for the groups of errors. Each calls the API and prints the result.
import { invalidArguments } from '../core/arguments.ts';
import { formatNumber } from '../core/format.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { decisionActions } from './actions.ts';
import { errorSources } from './fingerprint.ts';
import { type GroupState, groupViews, isInTitle, maxDecided } from './group.ts';
import type { DecisionsBody, GroupBody, OneGroupBody } from './group-body.ts';

const names = 'the number of a group';
const limit = { type: 'integer', title: 'Number of groups, 1 to 200', default: 20 } as const;

export const errorCommands: Command[] = [
  {
    name: 'errors',
    summary: 'Errors in groups: list, show ID, resolve ID…, mute ID…, open ID….',
    example: 'list',
    flags: {
      state: { type: 'string', title: 'Only these groups', enum: [...groupViews], default: 'open' },
      source: { type: 'string', title: 'Only from there', enum: [...errorSources] },
      q: textFlag('Words of message, code, operation or route'),
      limit,
      reason: textFlag('Why; kept in the audit log'),
    },
    wordsMax: maxDecided + 1,
    verbs: {
      list: { run: list },
      show: { names, run: show },
      resolve: { names, run: (...call) => decide('resolved', ...call) },
      mute: { names, run: (...call) => decide('muted', ...call) },
      open: { names, run: (...call) => decide('open', ...call) },
    },
  },
];

const path = (id: string, more = '') => `/api/v1/errors/${encodeURIComponent(id)}${more}`;

async function list(client: Client, { rest, values }: Given, screen: Screen) {
  assertNoMore(rest);
  const { reason: _, ...chosen } = values;
  const given = Object.entries({ state: 'open', limit: limit.default, ...chosen });
  const query = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
  const page = await client.get<{ items: GroupBody[]; next_cursor: string | null }>(
    `/api/v1/errors?${query}`,
  );
  const end = page.next_cursor === null ? [] : ['There are older groups: a larger --limit.'];
  const lines = page.items.length === 0 ? ['No groups.'] : page.items.map(format);
  return screen.show(page, ...lines, ...end);
}

async function show(client: Client, { name, rest }: Given, screen: Screen) {
  assertNoMore(rest.slice(1));
  const group = await client.get<OneGroupBody>(path(name));
  const { code, source, place, frame, line, sample } = group;
  const parts = [code, source, place, ...(frame === null ? [] : [frame]), `“${line}”`];
  const seenIn = [
    ...sample.jobs.map((number) => `job #${number}`),
    ...sample.requests.map((id) => `request ${id}`),
  ];
  const places = seenIn.length === 0 ? [] : [`Seen in: ${seenIn.join(', ')}`];
  return screen.show(group, format(group), `Grouped by: ${parts.join(' · ')}`, ...places, '', sample.text);
}

/** Several groups are decided on at once. */
async function decide(
  state: GroupState,
  client: Client,
  { rest, values: { reason } }: Given,
  screen: Screen,
) {
  const why = reason === undefined ? {} : { reason };
  const [name = '', ...others] = rest;
  if (others.length > 0) return decideAll(state, client, { groups: rest.map(readId), ...why }, screen);
  const group = await client.post<OneGroupBody>(path(name, `/${decisionActions[state].verb}`), why);
  return screen.show(group, format(group));
}

async function decideAll(state: GroupState, client: Client, body: { groups: number[] }, screen: Screen) {
  const answer = await client.post<DecisionsBody>(`/api/v1/errors/${decisionActions[state].verb}`, body);
  const lines = answer.items.map(({ id, message }) => `${String(id).padEnd(5)} ${message ?? state}`);
  const code = screen.show(answer, ...lines);
  return answer.skipped > 0 ? exits.failed : code;
}

/** Throws `invalid_arguments`. Only decisions take several numbers. */
function assertNoMore([word]: string[]) {
  if (word === undefined) return;
  throw invalidArguments([{ field: 'errors', message: `${word.slice(0, 80)} is one word too many.` }]);
}

/** Throws `invalid_arguments`. */
function readId(word: string): number {
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word);
  throw invalidArguments([
    { field: 'errors', message: `${word.slice(0, 80)} is not the number of a group.` },
  ]);
}

function format({ id, times, last_at, state, came_back, title, place }: GroupBody): string {
  const word = came_back ? 'came back' : state;
  const what = isInTitle({ place, title }) ? title : `${place}: ${title}`;
  return `${String(id).padEnd(5)} ${word.padEnd(9)} ${formatNumber(times).padStart(7)} ×  ${last_at}  ${what}`;
}
