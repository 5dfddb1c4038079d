// Commands for named sheets. Each calls the API and prints the result.
import { type SourceKind, sourceKinds, type TabNames } from '../core/sheet-source.ts';
import { formatMinute } from '../core/format.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';

type SourceBody = {
  name: string;
  kind: SourceKind;
  place: string;
  tabs: TabNames | null;
  health: string;
  health_reason: string;
  next_run: { schedule: string; at: string } | null;
  check: { status: string; text: string } | null;
};

const path = (name: string, more = '') => `/api/v1/sources/${encodeURIComponent(name)}${more}`;

const names = 'a sheet';

export const sourceCommands: Command[] = [
  {
    name: 'source',
    example: 'list',
    summary: 'Lists, sets, checks or removes named sheets: list, set NAME, check NAME, remove NAME.',
    flags: {
      kind: { type: 'string', title: 'Kind of a sheet to set', enum: [...sourceKinds] },
      place: textFlag('Its path, or the address of a Google spreadsheet'),
      categories: textFlag('Name of its tab Categories, if it is another'),
      experiences: textFlag('Name of its tab Experiences, if it is another'),
      manuals: textFlag('Name of its tab Manuals, if it is another'),
    },
    wordsMax: 2,
    verbs: {
      list: { run: list },
      set: { names, run: set },
      check: { names, run: check },
      remove: { names, run: remove },
    },
  },
];

async function list(client: Client, _given: Given, screen: Screen) {
  const page = await client.get<{ items: SourceBody[]; overall: { reason: string } }>('/api/v1/sources');
  return screen.show(page, ...page.items.map(format), page.overall.reason);
}

async function set(client: Client, { name, values }: Given, screen: Screen) {
  const { kind, place, categories, experiences, manuals } = values;
  const tabs = { category: categories, experience: experiences, manual: manuals };
  const source = await client.put<SourceBody>(path(name), { kind, place, tabs });
  return screen.show(source, format(source));
}

async function check(client: Client, { name }: Given, screen: Screen) {
  const source = await client.post<SourceBody>(path(name, '/check'), {});
  screen.show(source, `${name}: ${source.check?.text ?? 'Noop mode opens no sheet.'}`);
  return source.check?.status === 'error' ? exits.badInput : exits.succeeded;
}

async function remove(client: Client, { name }: Given, screen: Screen) {
  await client.delete(path(name));
  return screen.show({ removed: name }, `${name} removed. Its files are still there.`);
}

/** `published        folder   stale  sheets/published. It has changed …. Next import 2026-11-22 14:15 UTC by nightly.` */
function format({ name, kind, place, health, health_reason, next_run }: SourceBody): string {
  const next = next_run ? ` Next import ${formatMinute(next_run.at)} by ${next_run.schedule}.` : '';
  return [name.padEnd(16), kind.padEnd(8), health.padEnd(6), `${place}: ${health_reason}${next}`].join(' ');
}
