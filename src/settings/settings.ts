// The settings as pages and programs see and change them.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { assertMatches, assertUnchanged, etagOf } from '../core/edit-conflict.ts';
import type { Kernel } from '../core/kernel.ts';
import { secretState } from '../core/secret-state.ts';
import { applySaved, isSame, type SettingState, settingStates } from '../core/settings/in-use.ts';
import { setByEnvironment } from '../core/settings/locked.ts';
import { limitSettings } from '../core/settings/operation-limits.ts';
import type { Saved } from '../core/settings/resolve.ts';
import { settingsChange } from './actions.ts';
import { findLocked, findProblems, isEditable, type Values } from './check-values.ts';
import { editsOf, type ShownTexts } from './edits.ts';
import type { SavedChange, SettingRepository } from './repository.ts';
import { isExported } from './settings-export.ts';

type Given = Pick<Kernel, 'config' | 'catalogue' | 'audit' | 'bus' | 'untilFree' | 'now'> & {
  repository: SettingRepository;
};

export type KnownSetting = SettingState & {
  /** Null for a value that is not saved. */
  change: SavedChange | null;
  isEditable: boolean;
};

/** `event`: of the audit row. `shown`: the texts of the values that the form showed, by key. `ifMatch`: the ETag that the saved
 *  values must have. */
type Why = {
  event?: string;
  reason?: string | null;
  shown?: ShownTexts;
  ifMatch?: string | undefined;
};

/** Values by key, before and after a change. */
type Described = { before: Values; after: Values };

export type Settings = ReturnType<typeof createSettings>;

export function createSettings(ctx: Given) {
  const { config, catalogue, repository, bus, untilFree, now } = ctx;
  const states = (saved: Saved) => new Map(allStates(ctx, saved).map((state) => [state.setting.key, state]));
  const knownWith = (saved: Saved) => ({ config, operations: catalogue.all(), saved, states: states(saved) });

  return {
    /** All settings in the order of their declaration, then the limits of each operation. */
    all(): KnownSetting[] {
      const changes = repository.changes();
      return [...states(repository.values()).values()].map((state) => withChange(state, changes));
    },

    /** The saved values that this version can use, without those of secrets. */
    saved(): Values {
      const saved = repository.values();
      const all = states(saved);
      const entries = [...saved].filter(([key]) => isExported(all.get(key)?.setting));
      return withoutFaults(knownWith, Object.fromEntries(entries));
    },

    /** The ETag of all saved values. */
    etag: () => etagOf([...repository.values()]),

    /** Gives the values as they are saved. */
    complete: (values: Values) => complete(states(repository.values()), values),

    /** Finds the problems that `put` would throw, by key, without changing anything. */
    findProblems(values: Values) {
      const known = knownWith(repository.values());
      return findProblems(known, complete(known.states, values));
    },

    /** Saves values, all or none; null goes back to the default. Those that need no restart count from now on. Returns the keys
     *  that have changed. Throws `invalid_arguments` with all problems, `set_by_environment`, `edit_conflict`. */
    put: (values: Values, by: Requester, why: Why = {}): Promise<string[]> =>
      putWith(values, () => ({ before: {}, after: {} }), by, why),

    /** As `put`. `putOthers` changes stored values that are no settings, in the same transaction, and gives them for the one
     *  audit row; their keys are returned, too. */
    putWith,
  };

  async function putWith(given: Values, putOthers: () => Described, by: Requester, why: Why) {
    const changed = await untilFree(() =>
      repository.transaction(() => {
        const saved = repository.values();
        const known = knownWith(saved);
        const values = complete(known.states, given);
        assertValid(known, values);
        assertMatches(why.ifMatch, [...saved]);
        assertUnchanged(editsOf(known.states, repository.changes(), values, why.shown), now());
        const changes = changesOf(saved, values);
        const change = { changed_at: now().toISOString(), changed_by: by.actor };
        for (const { key, after } of changes) repository.put(key, after, change);
        const detail = joined(describe(changes, known.states), putOthers());
        return { settings: changes.length, keys: record(ctx, detail, by, why) };
      }),
    );
    if (changed.settings > 0) {
      applySaved(config, repository.values(), 'running');
      bus.emit('settings');
    }
    return changed.keys;
  }
}

/** Gives the keys of what has changed. Nothing is recorded without one. */
function record({ audit }: Pick<Given, 'audit'>, detail: Described, by: Requester, why: Why): string[] {
  const keys = Object.keys(detail.after);
  const { event = settingsChange.name, reason = by.reason } = why;
  if (keys.length > 0) audit.record({ event, outcome: 'ok', by, reason, target: targetOf(keys), detail });
  return keys;
}

function withChange(state: SettingState, changes: ReadonlyMap<string, SavedChange>): KnownSetting {
  const change = state.source === 'saved' ? (changes.get(state.setting.key) ?? null) : null;
  return { ...state, change, isEditable: isEditable(state) };
}

function assertValid(given: Parameters<typeof findProblems>[0], values: Values) {
  const problems = findProblems(given, values);
  if (problems.length > 0) throw invalidArguments(problems);
  const locked = findLocked(given, values);
  if (locked) throw setByEnvironment(locked, locked.setting.title);
}

/** Values that do not fit together are left out, too, so that an import of the others is accepted. */
function withoutFaults(
  knownWith: (saved: Saved) => Parameters<typeof findProblems>[0],
  values: Values,
): Values {
  const problems = findProblems(knownWith(new Map(Object.entries(values))), values);
  const faulty = new Set(problems.map(({ field }) => field));
  if (faulty.size === 0) return values;
  const others = Object.entries(values).filter(([key]) => !faulty.has(key));
  return withoutFaults(knownWith, Object.fromEntries(others));
}

/** Gives the values as they are saved: paths without `~`. */
function complete(states: ReadonlyMap<string, SettingState>, values: Values): Values {
  const completed = Object.entries(values).map(([key, value]) => {
    const kind = states.get(key)?.setting.kind;
    return [key, kind?.complete ? kind.complete(value) : value];
  });
  return Object.fromEntries(completed);
}

type Change = { key: string; before: unknown; after: unknown };

/** The values that differ from the saved ones; null is the default. */
function changesOf(saved: Saved, values: Values): Change[] {
  return Object.entries(values).flatMap(([key, after]) => {
    const before = saved.has(key) ? saved.get(key) : null;
    return isSame(before, after) ? [] : [{ key, before, after }];
  });
}

function allStates({ config, catalogue }: Given, saved: Saved): SettingState[] {
  const limits = catalogue.all().flatMap((operation) => limitSettings(operation, config));
  return [
    ...settingStates(config),
    ...limits.map((setting): SettingState => {
      const value = saved.get(setting.key);
      const isSaved = value !== undefined && setting.kind.findFault(value) === null;
      const used = isSaved ? value : setting.default;
      return {
        setting,
        value: used,
        source: isSaved ? 'saved' : 'default',
        running: used,
        needsRestart: false,
      };
    }),
  ];
}

/** Saved values before and after; null is the default. */
function describe(changed: Change[], states: ReadonlyMap<string, SettingState>) {
  const show = (key: string, value: unknown, former: unknown = null) =>
    states.get(key)?.setting.isSecret ? secretState(value, former) : value;
  return {
    before: Object.fromEntries(changed.map(({ key, before }) => [key, show(key, before)])),
    after: Object.fromEntries(changed.map(({ key, before, after }) => [key, show(key, after, before)])),
  };
}

const joined = (one: Described, other: Described): Described => ({
  before: { ...one.before, ...other.before },
  after: { ...one.after, ...other.after },
});

function targetOf(keys: string[]): string {
  const [first] = keys;
  return keys.length === 1 && first ? `setting:${first}` : 'settings';
}
