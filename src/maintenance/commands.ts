// The command that lists, starts, extends and ends maintenance windows. It calls the API, and prints the result.
import { invalidArguments } from '../core/arguments.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { levelWords } from '../window-store/level-words.ts';
import { levels } from '../window-store/window.ts';
import type { WindowBody } from './window-body.ts';

const path = '/api/v1/maintenance';

export const maintenanceCommands: Command[] = [
  {
    name: 'maintenance',
    example: 'list',
    summary:
      'Lists, starts, extends or ends maintenance windows: list, start --level LEVEL, extend ID, end ID.',
    flags: {
      level: { type: 'string', title: 'Level of a window to start', enum: [...levels] },
      minutes: { type: 'integer', title: 'How long it lasts, or how much longer' },
      starts: textFlag('When it starts, such as 2027-03-01T20:00:00Z; now without it'),
      reason: textFlag('Reason, shown to everybody'),
      confirm: textFlag('The word maintenance, for the levels drained and read_only'),
    },
    wordsMax: 2,
    verbs: {
      list: { run: list },
      start: { run: start },
      extend: { run: extend },
      end: { run: end },
    },
  },
];

async function list(client: Client, _given: Given, screen: Screen) {
  const page = await client.get<{ items: WindowBody[] }>(`${path}?limit=20`);
  const lines = page.items.length > 0 ? page.items.map(format) : ['No windows.'];
  return screen.show(page, ...lines);
}

async function start(client: Client, { values }: Given, screen: Screen) {
  const { level, minutes, starts, reason, confirm } = values;
  if (level === undefined) throw refuse(`Give a level: --level ${levels.join(', ')}.`);
  const given = { level, minutes, starts_at: starts, reason, confirm };
  const window = await client.post<WindowBody>(path, given);
  return screen.show(window, describe(window));
}

async function extend(client: Client, { name, values: { minutes, reason } }: Given, screen: Screen) {
  const url = pathOf(name);
  if (minutes === undefined) throw refuse('Give the minutes: --minutes 30.');
  const window = await client.post<WindowBody>(`${url}/extend`, { minutes, reason });
  return screen.show(window, describe(window));
}

async function end(client: Client, { name, values: { reason } }: Given, screen: Screen) {
  const window = await client.post<WindowBody>(`${pathOf(name)}/end`, { reason });
  return screen.show(window, `Window ${window.id} has ended.`);
}

function pathOf(id: string): string {
  if (/^\d+$/.test(id)) return `${path}/${id}`;
  throw refuse('Name a window by its number: "npm run chl -- maintenance list" lists them.');
}

function format(window: WindowBody): string {
  const { id, state, level, ends_at, ended_at, created_by, reason } = window;
  const end = ended_at === null ? `until ${ends_at}` : `ended ${ended_at}`;
  return `${String(id).padEnd(4)} ${state.padEnd(9)} ${level.padEnd(10)} ${end}  ${reason} (${created_by})`;
}

function describe({ id, level, state, starts_at, ends_at, waits_for }: WindowBody): string {
  const { effect, later } = levelWords[level];
  if (state === 'planned') return `Window ${id} is planned from ${starts_at} to ${ends_at}: ${later}.`;
  if (state === 'active') return `Window ${id} is active until ${ends_at}: ${effect}.`;
  const first =
    waits_for?.window === null ? `when ${waits_for.operation} #${waits_for.number} ends` : 'in a moment';
  return `Window ${id} starts ${first}, and lasts until ${ends_at}: ${effect}.`;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'maintenance', message }]);
}
