// The command that lists, sets, exports and imports settings. It calls the API, and prints the result.
import fs from 'node:fs';
import path from 'node:path';
import { invalidArguments } from '../core/arguments.ts';
import { typedIn } from '../core/config.ts';
import { isObject, parseJson } from '../core/json.ts';
import type { Client, Command, Given } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import type { SettingFacts } from './describe-setting.ts';
import type { ImportPlan } from './import-plan.ts';

type Listed = { items: SettingFacts[] };

const valuesPath = '/api/v1/settings/values';

export const settingCommands: Command[] = [
  {
    name: 'settings',
    example: 'list',
    summary: 'Lists, sets, exports or imports settings: list, set KEY=VALUE, export, import FILE.',
    flags: {
      reason: textFlag('Reason, kept in the audit log'),
      confirm: textFlag('The word settings, to import the values of the file'),
    },
    wordsMax: 100,
    verbs: {
      list: { run: list },
      set: { run: set },
      export: { run: exportFile },
      import: { run: importFile },
    },
  },
];

async function list(client: Client, { rest: words }: Given, screen: Screen) {
  const { items } = await client.get<Listed>(valuesPath);
  const shown = items.filter(({ key }) => words.length === 0 || words.some((word) => key.startsWith(word)));
  return screen.show({ items: shown }, ...shown.map(format));
}

async function set(client: Client, { rest: words, values: { reason } }: Given, screen: Screen) {
  if (words.length === 0) throw refuse('Name a setting and its value, such as retention.days=30.');
  const { items } = await client.get<Listed>(valuesPath);
  const values = Object.fromEntries(words.map((word) => readAssignment(word, items)));
  const body = reason === undefined ? { values } : { values, reason };
  const changed = await client.put<Listed>(valuesPath, body);
  return screen.show(changed, ...changed.items.map(format));
}

async function exportFile(client: Client, _given: Given, screen: Screen) {
  const file = await client.get<object>('/api/v1/settings/export');
  return screen.show(file, ...JSON.stringify(file, null, 2).split('\n'));
}

async function importFile(client: Client, { name, values: { reason, confirm } }: Given, screen: Screen) {
  if (!name) throw refuse('Name a file that "npm run chl -- settings export" has written.');
  const file = parseJson(fs.readFileSync(path.resolve(typedIn ?? '.', name), 'utf8'));
  if (!isObject(file)) throw refuse(`${name} is not an export of settings.`);
  const preview = await client.post<ImportPlan>('/api/v1/settings/import', { file });
  if (confirm === undefined) {
    const advice = 'Nothing was changed. To change it: --reason "…" --confirm settings';
    return screen.show(preview, ...preview.changes.map(formatChange), advice);
  }
  const confirmation = { plan: preview.plan, confirm, ...(reason === undefined ? {} : { reason }) };
  const result = await client.post<{ changed: string[] }>('/api/v1/settings/import', {
    file,
    ...confirmation,
  });
  screen.show(result, `Changed: ${result.changed.join(', ') || 'nothing'}`);
  return exits.succeeded;
}

/** `retention.days=30`; an empty value is the default. The server judges it. */
function readAssignment(word: string, items: SettingFacts[]): [string, unknown] {
  const at = word.indexOf('=');
  if (at < 1) throw refuse(`${JSON.stringify(word)} is not of the form KEY=VALUE.`);
  const [key, text] = [word.slice(0, at), word.slice(at + 1)];
  const known = items.find((one) => one.key === key);
  return [key, text === '' ? null : readValue(known, text)];
}

function readValue(known: SettingFacts | undefined, text: string): unknown {
  if (known?.type === 'integer' && /^\d+$/.test(text)) return Number(text);
  if (known?.type === 'toggle' && /^(true|false)$/.test(text)) return text === 'true';
  if (known?.separator) return text.startsWith('[') ? (parseJson(text) ?? text) : text.split(known.separator);
  return text;
}

function format({ key, value, secret, source, unit, needs_restart: needsRestart }: SettingFacts): string {
  const shown = secret ? (secret.is_set ? 'set' : 'not set') : `${showValue(value)} ${unit ?? ''}`.trim();
  return [key.padEnd(34), shown.padEnd(24), source, needsRestart ? '(needs a restart)' : '']
    .join(' ')
    .trimEnd();
}

function formatChange({ key, state, before, after, why }: ImportPlan['changes'][number]): string {
  return `${state.padEnd(10)} ${key.padEnd(34)} ${showValue(before)} → ${showValue(after)} ${why ?? ''}`.trimEnd();
}

function showValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function refuse(message: string) {
  return invalidArguments([{ field: 'settings', message }]);
}
