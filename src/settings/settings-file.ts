// Settings as a file: export without secrets; import with a preview, then all or nothing.
import { createHash } from 'node:crypto';
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { type Confirmation, assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { upperFirst } from '../core/format.ts';
import { isObject } from '../core/json.ts';
import type { Kernel } from '../core/kernel.ts';
import { isSame } from '../core/settings/in-use.ts';
import { describeLock, isLocked } from '../core/settings/locked.ts';
import type { Values } from './check-values.ts';
import { fileFormat, isExported, toFile } from './settings-export.ts';
import type { KnownSetting, Settings } from './settings.ts';

export const importWord = 'settings';
/** The lists of a file that later versions fill. */
const lists = ['schedules', 'flags', 'objectives', 'webhooks'] as const;

/** `changed` and `unchanged` can be applied; one that is `unknown` or `refused` keeps the file from being applied. */
export type ImportChange = {
  key: string;
  title: string;
  state: 'changed' | 'unchanged' | 'unknown' | 'refused';
  before: unknown;
  after: unknown;
  why: string | null;
};
export type ImportPlan = { plan: string; changes: ImportChange[] };

/** The event of a preview, which changes nothing: the row of `settings.imported` says that values were saved. */
export const previewEvent = 'settings.import_previewed';

type Given = Pick<Kernel, 'audit' | 'untilFree'> & { settings: Settings };

export function createSettingsFile({ audit, settings, untilFree }: Given) {
  return {
    export: () => toFile(settings.saved()),

    compare,
    /** The file of a backup, which has the values that were saved then, with null for each that was saved since. */
    withDefaults: (file: unknown) => addDefaults(readFile(file), file as object, settings.all()),
    withoutUnknown,

    /** Compares for somebody who may apply the file next, and leaves an audit row. */
    async preview(file: unknown, by: Requester): Promise<ImportPlan> {
      const plan = compare(file);
      const detail = countStates(plan.changes);
      await untilFree(() =>
        audit.record({ event: previewEvent, outcome: 'ok', by, target: 'settings', detail }),
      );
      return plan;
    },

    /** Saves the values of a file that `preview` has shown. Throws `invalid_arguments` with each key that is unknown or
     *  wrong, `confirmation_required`, `plan_outdated`, `set_by_environment`. Returns the keys that have changed. */
    async apply(file: unknown, given: Confirmation & { plan: string }, by: Requester): Promise<string[]> {
      const { plan, changes } = compare(file);
      const values = Object.fromEntries(
        changes.flatMap(({ key, state, after }) => (state === 'unchanged' ? [] : [[key, after]])),
      );
      const problems = settings.findProblems(values);
      if (problems.length > 0) throw invalidArguments(problems);
      assertConfirmed(given, importWord);
      if (plan !== given.plan) {
        const message = 'The settings or the file have changed since the preview. Look at the changes again.';
        throw new AppError('plan_outdated', message);
      }
      const reason = given.reason?.trim() ?? null;
      return settings.put(values, by, { event: 'settings.imported', reason });
    },
  };

  /** The file without the values of settings that this server does not have, such as limits of an operation that is gone. */
  function withoutUnknown(file: unknown): object {
    const unknown = new Set(
      compare(file).changes.flatMap(({ key, state }) => (state === 'unknown' ? [key] : [])),
    );
    const values = Object.entries(readFile(file)).filter(([key]) => !unknown.has(key));
    return { ...(file as object), settings: Object.fromEntries(values) };
  }

  /** Lists what `apply` would change. Throws `invalid_arguments` for a file that this version cannot read. */
  function compare(file: unknown): ImportPlan {
    const values = settings.complete(readFile(file));
    const known = new Map(settings.all().map((one) => [one.setting.key, one]));
    const problems = new Map(settings.findProblems(values).map(({ field, message }) => [field, message]));
    const saved = settings.saved();
    const changes = Object.entries(values).map(([key, after]) =>
      judge({ key, before: saved[key] ?? null, after }, known.get(key), problems.get(key) ?? null),
    );
    const state = [file, saved];
    const plan = createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 32);
    return { plan, changes };
  }
}

/** Null is the default. A value that the environment sets, or that no file may have, is not added. */
function addDefaults(values: Values, file: object, known: readonly KnownSetting[]): object {
  const since = known
    .filter(({ setting, source, isEditable }) => source === 'saved' && isEditable && isExported(setting))
    .filter(({ setting }) => !Object.hasOwn(values, setting.key));
  const defaults = Object.fromEntries(since.map(({ setting }) => [setting.key, null]));
  return { ...file, settings: { ...values, ...defaults } };
}

type Saved = Pick<ImportChange, 'key' | 'before' | 'after'>;

/** A saved value differs from none, also where it is the default, because a default may change. */
function judge(
  { key, before: saved, after }: Saved,
  known: KnownSetting | undefined,
  problem: string | null,
): ImportChange {
  if (!known) return { key, title: key, state: 'unknown', before: null, after, why: problem };
  const { setting, value } = known;
  const change = { key, title: setting.title, before: setting.isSecret ? null : value, after };
  const before = isLocked(known) ? value : saved;
  if (problem === null && isSame(before, after)) return { ...change, state: 'unchanged', why: null };
  const locked = isLocked(known) ? upperFirst(describeLock(known)) : null;
  const why = problem ?? locked;
  return { ...change, state: why === null ? 'changed' : 'refused', why };
}

function countStates(changes: ImportChange[]): Record<ImportChange['state'], number> {
  const counts = { changed: 0, unchanged: 0, unknown: 0, refused: 0 };
  for (const { state } of changes) counts[state] += 1;
  return counts;
}

function readFile(file: unknown): Values {
  if (!isObject(file)) throw refuse('The file is not an export of settings: a JSON object is expected.');
  if (typeof file.format !== 'number' || !Number.isInteger(file.format))
    throw refuse('The file is not an export of settings: its member format is missing.');
  if (file.format !== fileFormat) {
    const version = file.format > fileFormat ? 'of a newer version' : 'which no version has';
    throw refuse(`The file has format ${file.format}, ${version}; this one reads format ${fileFormat}.`);
  }
  const unknown = Object.keys(file).find((name) => !['format', 'settings', ...lists].includes(name));
  if (unknown !== undefined)
    throw refuse(`The file has an unknown member ${JSON.stringify(unknown.slice(0, 80))}.`);
  const wrong = lists.find((name) => file[name] !== undefined && !Array.isArray(file[name]));
  if (wrong) throw refuse(`The member ${wrong} of the file must be a list.`);
  const filled = lists.find((name) => Array.isArray(file[name]) && file[name].length > 0);
  if (filled) throw refuse(`The file contains ${filled}, which this version cannot import.`);
  if (!isObject(file.settings)) throw refuse('The member settings of the file must be an object.');
  return file.settings;
}

function refuse(message: string): AppError {
  return invalidArguments([{ field: 'file', message }]);
}
