// Commands for schedules. Each calls the API and prints the result.
import { invalidArguments } from '../core/arguments.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { type Flags, switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { followToEnd, runBody } from '../jobs/commands.ts';
import type { Accepted } from '../jobs/job-body.ts';
import type { Tick } from '../schedule-store/schedule.ts';

type ScheduleBody = {
  name: string;
  operation: string;
  args: Record<string, unknown>;
  zone: string;
  is_on: boolean;
  sentence: string;
  next_at: string | null;
  next: string[];
  last: Tick | null;
  problem: string | null;
};

const path = (name: string, more = '') => `/api/v1/schedules/${encodeURIComponent(name)}${more}`;

const flags: Flags = {
  operation: textFlag('Operation to start'),
  args: textFlag('Its arguments as JSON, e.g. {"mode": "merge"}'),
  cron: textFlag('Rule of five fields, e.g. "0 2 * * *"'),
  zone: textFlag('Time zone, e.g. Europe/Berlin; by default that of the machine'),
  missed: { type: 'string', title: 'When a time was missed', enum: ['skip', 'once'] },
  overlap: { type: 'string', title: 'When another job or maintenance is in the way', enum: ['skip', 'wait'] },
  on: switchFlag('Switch it on, or with --no-on off'),
  reason: textFlag('Why; kept in the audit log, and with a destructive schedule'),
  confirm: textFlag('Confirmation word of a destructive operation'),
  wait: switchFlag('With run: wait for locks instead of failing'),
};

const names = 'a schedule';

export const scheduleCommands: Command[] = [
  {
    name: 'schedules',
    example: 'list',
    summary: 'Schedules: list, show NAME, put NAME, run NAME, on NAME, off NAME, remove NAME.',
    flags,
    wordsMax: 2,
    verbs: {
      list: { run: list },
      show: { names, run: show },
      put: { names, run: put },
      run: { names, run: runNow },
      on: { names, run: (...call) => switchTo(true, ...call) },
      off: { names, run: (...call) => switchTo(false, ...call) },
      remove: { names, run: remove },
    },
  },
];

async function list(client: Client, _given: Given, screen: Screen) {
  const page = await client.get<{ items: ScheduleBody[] }>('/api/v1/schedules');
  const lines = page.items.length === 0 ? ['No schedules.'] : page.items.map(format);
  return screen.show(page, ...lines);
}

async function show(client: Client, { name }: Given, screen: Screen) {
  const schedule = await client.get<ScheduleBody>(path(name));
  const times = schedule.next.map((at) => `  ${at}`);
  const last = schedule.last ? `Last: ${formatTick(schedule.last)}` : 'Not run yet.';
  const problem = schedule.problem === null ? [] : [schedule.problem];
  const lines = [format(schedule), last, ...problem, 'The next times, in UTC:', ...times];
  return screen.show(schedule, ...lines);
}

async function put(client: Client, { name, values }: Given, screen: Screen) {
  const { on, args, wait: _, ...given } = values;
  const body = {
    ...given,
    ...(args === undefined ? {} : { args: readArgs(args) }),
    ...(on === undefined ? {} : { is_on: on }),
  };
  const schedule = await client.put<ScheduleBody>(path(name), body);
  return screen.show(schedule, format(schedule));
}

async function runNow(client: Client, { name, values }: Given, screen: Screen) {
  const { operation } = await client.get<ScheduleBody>(path(name));
  const accepted = await client.post<Accepted>(path(name, '/run'), runBody(client, values));
  return followToEnd(client, operation, accepted, screen);
}

/** Looks first, because PUT would add a schedule. */
async function switchTo(isOn: boolean, client: Client, { name, values: { reason } }: Given, screen: Screen) {
  await client.get(path(name));
  const schedule = await client.put<ScheduleBody>(path(name), { is_on: isOn, reason });
  return screen.show(schedule, format(schedule));
}

async function remove(client: Client, { name }: Given, screen: Screen) {
  await client.delete(path(name));
  return screen.show({ removed: name }, `${name} removed. Its jobs stay in the history.`);
}

function format({ name, operation, is_on, sentence, zone, next_at }: ScheduleBody): string {
  const state = is_on ? `next ${next_at ?? 'never'}` : 'off';
  return `${name.padEnd(20)} ${operation.padEnd(12)} ${sentence}, ${zone}: ${state}`;
}

function formatTick({ due_at, outcome, job, why }: Tick): string {
  return [`due ${due_at}`, outcome, job === null ? '' : `#${job}`, why ?? ''].filter(Boolean).join(' ');
}

function readArgs(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    throw invalidArguments([{ field: 'args', message: '--args is not valid JSON.' }]);
  }
}
