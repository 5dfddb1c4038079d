// Settings as a file: export without secrets; import with a preview, then all or nothing.
import { createHash } from 'node:crypto';
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { type Confirmation, assertConfirmed } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { upperFirst } from '../core/format.ts';
import { isObject } from '../core/json.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Role } from '../core/role.ts';
import { webhookSettings } from '../core/settings/declared-webhooks.ts';
import { isSame } from '../core/settings/in-use.ts';
import { describeLock, isLocked } from '../core/settings/locked.ts';
import type { Flags } from '../flags/flags.ts';
import type { Objectives } from '../objective-store/objectives.ts';
import type { WebhookImport } from '../webhook-store/import-webhooks.ts';
import type { Values } from './check-values.ts';
import {
  addDefaultFlags,
  changeKey,
  compareFlag,
  isFlagChange,
  readFileFlags,
  toFileFlags,
  wantedFlags,
} from './flags-of-file.ts';
import { fileFormat, isExported, toFile } from './settings-export.ts';
import type { ImportChange, ImportPlan } from './import-plan.ts';
import {
  addDefaultObjectives,
  compareObjective,
  isObjectiveChange,
  objectiveKey,
  readFileObjectives,
  toFileObjectives,
  wantedObjectives,
} from './objectives-of-file.ts';
import type { KnownSetting, Settings } from './settings.ts';
import {
  compareWebhook,
  hideQueries,
  isWebhookChange,
  readFileWebhooks,
  toFileWebhooks,
  wantedWebhooks,
  webhookKey,
} from './webhooks-of-file.ts';

export const importWord = 'settings';
/** The lists of a file that later versions fill. */
const lists = ['schedules'] as const;
/** The lists of a file besides its settings, which this version reads. */
const readLists = ['flags', 'objectives', 'webhooks'] as const;

/** The event of a preview, which changes nothing: the row of `settings.imported` says that values were saved. */
export const previewEvent = 'settings.import_previewed';

type Given = Pick<Kernel, 'audit' | 'untilFree'> & Stored;

export function createSettingsFile({ audit, untilFree, ...stored }: Given) {
  const { flags, objectives, settings } = stored;
  const compare = createComparison(stored);
  return {
    /** `role`: of the reader. */
    export: (role: Role) => toFile(settings.saved(), savedLists(stored, role)),

    compare,
    /** The file of a backup, which has the values that were saved then, with null for each that was saved since; webhooks that were
     *  added since stay. `role`: of the reader. */
    withDefaults(file: unknown, role: Role) {
      const read = readFile(file);
      return {
        ...addDefaults(read.values, file as object, settings.all()),
        flags: addDefaultFlags(read.flags, flags.all()),
        objectives: addDefaultObjectives(read.objectives, objectives.all()),
        webhooks: hideQueries(read.webhooks, role),
      };
    },
    /** The file without the values that this server does not have, such as limits of an operation that is gone. */
    withoutUnknown: (file: unknown) => without(file, keysOf(compare(file), 'unknown')),
    /** The file without the values that cannot be applied. */
    withoutBlocked: (file: unknown) => without(file, keysOf(compare(file), 'unknown', 'refused')),

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
      const values = valuesOf(changes);
      const problems = [...settings.findProblems(values), ...findListProblems(changes)];
      if (problems.length > 0) throw invalidArguments(problems);
      assertConfirmed(given, importWord);
      if (plan !== given.plan) {
        const message = 'The settings or the file have changed since the preview. Look at the changes again.';
        throw new AppError('plan_outdated', message);
      }
      const changed = await store(stored, changes, by, given.reason?.trim() ?? null);
      if (changed.some((key) => isFlagChange({ key }))) flags.announce();
      if (changed.some((key) => isObjectiveChange({ key }))) objectives.announce();
      return changed;
    },
  };
}

type Stored = Pick<Kernel, 'config'> & {
  settings: Settings;
  flags: Flags;
  objectives: Objectives;
  webhooks: WebhookImport;
};

/** The values of settings in the changes. */
const valuesOf = (changes: readonly ImportChange[]): Values =>
  Object.fromEntries(
    changes.flatMap((change) =>
      change.state === 'unchanged' || isOfList(change) ? [] : [[change.key, change.after]],
    ),
  );

/** All in one transaction, with one audit row. */
function store(stored: Stored, changes: readonly ImportChange[], by: Requester, reason: string | null) {
  const { settings, flags, objectives, webhooks } = stored;
  const values = valuesOf(changes);
  const hosts = hostsAfter(stored, changes);
  return webhooks.run(wantedWebhooks(changes), hosts, by, (writeWebhooks) => {
    const putLists = () =>
      [
        withKeys(flags.write(wantedFlags(changes), by), changeKey),
        withKeys(objectives.write(wantedObjectives(changes), by), objectiveKey),
        withKeys(writeWebhooks(), webhookKey),
      ].reduce(joined);
    return settings.putWith(values, putLists, by, { event: 'settings.imported', reason });
  });
}

/** The hosts that webhooks may reach after these changes. */
function hostsAfter({ config }: Pick<Stored, 'config'>, changes: readonly ImportChange[]): readonly string[] {
  const change = changes.find(
    ({ key, state }) => key === webhookSettings.webhookHosts.key && state === 'changed',
  );
  return change ? ((change.after ?? []) as string[]) : config.webhookHosts;
}

function createComparison(stored: Stored) {
  const { settings, flags, objectives, webhooks } = stored;
  /** Lists what `apply` would change. Throws `invalid_arguments` for a file that this version cannot read. */
  return (file: unknown): ImportPlan => {
    const read = readFile(file);
    const values = settings.complete(read.values);
    const known = new Map(settings.all().map((one) => [one.setting.key, one]));
    const problems = new Map(settings.findProblems(values).map(({ field, message }) => [field, message]));
    const saved = settings.saved();
    const changes = Object.entries(values).map(([key, after]) =>
      judge({ key, before: saved[key] ?? null, after }, known.get(key), problems.get(key) ?? null),
    );
    const knownFlags = flags.all();
    const ofFlags = read.flags.map((item) => compareFlag(item, knownFlags));
    const knownObjectives = objectives.all();
    const ofObjectives = read.objectives.map((item) => compareObjective(item, knownObjectives));
    const hosts = hostsAfter(stored, changes);
    const ofWebhooks = read.webhooks.map((item) => compareWebhook(item, webhooks, hosts));
    const state = [file, saved, savedLists(stored, 'admin')];
    const plan = createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 32);
    return { plan, changes: [...changes, ...ofFlags, ...ofObjectives, ...ofWebhooks] };
  };
}

const savedLists = ({ flags, objectives, webhooks }: Stored, role: Role) => ({
  flags: toFileFlags(flags.all().flatMap(({ saved }) => saved ?? [])),
  objectives: toFileObjectives(objectives.saved().values()),
  webhooks: toFileWebhooks(webhooks.all(), role),
});

/** A change of something that is no setting. */
const isOfList = (change: ImportChange) =>
  isFlagChange(change) || isObjectiveChange(change) || isWebhookChange(change);

function keysOf({ changes }: ImportPlan, ...states: ImportChange['state'][]): Set<string> {
  return new Set(changes.flatMap(({ key, state }) => (states.includes(state) ? [key] : [])));
}

function without(file: unknown, keys: ReadonlySet<string>): object {
  const read = readFile(file);
  const left = Object.entries(read.values).filter(([key]) => !keys.has(key));
  const flags = read.flags.filter(({ key }) => !keys.has(changeKey(key)));
  const objectives = read.objectives.filter(({ name }) => !keys.has(objectiveKey(name)));
  const webhooks = read.webhooks.filter(({ name }) => !keys.has(webhookKey(name)));
  return { ...(file as object), settings: Object.fromEntries(left), flags, objectives, webhooks };
}

function findListProblems(changes: readonly ImportChange[]) {
  const blocked = changes.filter((change) => isOfList(change) && change.why !== null);
  return blocked.map(({ key, why }) => ({ field: key, message: why ?? '' }));
}

type Changed = { before: Values; after: Values };

/** With the keys that a change has among those of settings. */
function withKeys({ before, after }: Changed, keyOf: (name: string) => string): Changed {
  const rename = (values: Values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [keyOf(name), value]));
  return { before: rename(before), after: rename(after) };
}

const joined = (one: Changed, other: Changed): Changed => ({
  before: { ...one.before, ...other.before },
  after: { ...one.after, ...other.after },
});

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

type ReadFile = {
  values: Values;
  flags: ReturnType<typeof readFileFlags>;
  objectives: ReturnType<typeof readFileObjectives>;
  webhooks: ReturnType<typeof readFileWebhooks>;
};

function readFile(file: unknown): ReadFile {
  if (!isObject(file)) throw refuse('The file is not an export of settings: a JSON object is expected.');
  if (typeof file.format !== 'number' || !Number.isInteger(file.format))
    throw refuse('The file is not an export of settings: its member format is missing.');
  if (file.format !== fileFormat) {
    const version = file.format > fileFormat ? 'of a newer version' : 'which no version has';
    throw refuse(`The file has format ${file.format}, ${version}; this one reads format ${fileFormat}.`);
  }
  const unknown = Object.keys(file).find(
    (name) => !['format', 'settings', ...readLists, ...lists].includes(name),
  );
  if (unknown !== undefined)
    throw refuse(`The file has an unknown member ${JSON.stringify(unknown.slice(0, 80))}.`);
  const wrong = [...readLists, ...lists].find(
    (name) => file[name] !== undefined && !Array.isArray(file[name]),
  );
  if (wrong) throw refuse(`The member ${wrong} of the file must be a list.`);
  const filled = lists.find((name) => Array.isArray(file[name]) && file[name].length > 0);
  if (filled) throw refuse(`The file contains ${filled}, which this version cannot import.`);
  if (!isObject(file.settings)) throw refuse('The member settings of the file must be an object.');
  return {
    values: file.settings,
    flags: readFileFlags((file.flags ?? []) as unknown[]),
    objectives: readFileObjectives((file.objectives ?? []) as unknown[]),
    webhooks: readFileWebhooks((file.webhooks ?? []) as unknown[]),
  };
}

function refuse(message: string): AppError {
  return invalidArguments([{ field: 'file', message }]);
}
