// The commands for flags. Each calls the API and prints the result.
import { invalidArguments } from '../core/arguments.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import type { FlagRecord } from './describe-flag.ts';
import { type FlagState, formatState, type Resolved } from './flag.ts';

type Listed = { items: FlagRecord[] };

const path = (key: string, more = '') => `/api/v1/flags/${encodeURIComponent(key)}${more}`;
const reason = textFlag('Reason, kept in the audit log');
const names = 'a flag';

export const flagCommands: Command[] = [
  { name: 'flags', summary: 'Lists the flags.', run: list },
  {
    name: 'flag',
    example: 'set traces 20',
    summary: 'Changes a flag: set NAME with a share in percent, on or off; reset NAME; try NAME UNIT.',
    flags: { reason, note: textFlag('Note shown beside the flag, by default the reason') },
    wordsMax: 3,
    verbs: {
      list: { run: list },
      set: { names, run: set },
      reset: { names, run: reset },
      try: { names, run: tryOut },
    },
  },
];

async function list(client: Client, _given: Given, screen: Screen) {
  const page = await client.get<Listed>('/api/v1/flags');
  return screen.show(page, ...page.items.map(format));
}

async function set(client: Client, { name, rest, values }: Given, screen: Screen) {
  const flag = await client.get<FlagRecord>(path(name));
  const changed = await client.put<FlagRecord>(path(name), { ...readShare(rest[1], flag), ...values });
  return screen.show(changed, format(changed));
}

async function reset(client: Client, { name, values: { reason } }: Given, screen: Screen) {
  await client.delete(path(name), reason === undefined ? {} : { reason });
  const flag = await client.get<FlagRecord>(path(name));
  return screen.show(flag, format(flag));
}

async function tryOut(client: Client, { name, rest: [, unit = ''] }: Given, screen: Screen) {
  const query = new URLSearchParams({ unit });
  const resolved = await client.get<Resolved>(path(name, `/resolve?${query}`));
  return screen.show(resolved, `${resolved.on ? 'On' : 'Off'} for ${unit}. ${resolved.because}`);
}

/** `20`, `20%`, `on` or `off`; the last two keep the share. */
function readShare(word: string | undefined, flag: FlagRecord): FlagState {
  const kept = flag.percent || flag.default.percent || 100;
  if (word === 'on') return { is_on: true, percent: kept };
  if (word === 'off') return { is_on: false, percent: kept };
  if (word === undefined || !/^\d{1,3}%?$/.test(word)) {
    const message = 'Give a share in percent, on or off, such as "flag set traces 20".';
    throw invalidArguments([{ field: 'flag', message }]);
  }
  const percent = Number.parseInt(word, 10);
  return percent === 0 ? { is_on: false, percent: kept } : { is_on: true, percent };
}

function format({
  key,
  is_default,
  note,
  changed_at,
  changed_by,
  stale_because,
  ...flag
}: FlagRecord): string {
  const change = is_default ? 'default' : `by ${changed_by} at ${changed_at}${note ? ` “${note}”` : ''}`;
  const stale = stale_because === null ? '' : ` (stale: ${stale_because})`;
  return `${key.padEnd(16)} ${formatState(flag).padEnd(12)} ${change}${stale}`;
}
