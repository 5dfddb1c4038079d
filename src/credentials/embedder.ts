// The embedder of the settings: built-in or a service. It can be tried before it is saved, and says what a change means.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { settingStates } from '../core/settings/in-use.ts';
import { isLocked } from '../core/settings/locked.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import type { LibraryCounts } from '../embedding/counts.ts';
import { modelOf } from '../embedding/model-change.ts';
import type { Settings } from '../settings/settings.ts';
import { embedderActions, embedderTarget } from './actions.ts';
import { embedWord } from './embed-word.ts';

/** Empty: the built-in embedder. */
export type ServiceAddress = { url: string; model: string };

/** The stored values that the form had when it was opened. */
export type ShownAddress = { [Name in keyof ServiceAddress]?: string | undefined };

/** `model` and `dimension` are null when it does not answer. `effect`: what using it means for the library. */
export type EmbedderCheck = ServiceAddress & {
  checked_at: string;
  status: 'ok' | 'error';
  text: string;
  embeds_with: string | null;
  dimension: number | null;
  ms: number;
  effect: string | null;
};

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'library' | 'now' | 'untilFree'> & {
  settings: Settings;
  counts: LibraryCounts;
  /** The key file of the service; null without one. */
  keyFile: () => string | null;
  countUsage: CountUsage;
};

const keys = { url: 'embedding.url', model: 'embedding.model' } as const;

export function createEmbedder(given: Given) {
  const { audit, bus, config, counts, library, settings, untilFree } = given;
  const saved = (): ServiceAddress => ({
    url: config.embedding?.url ?? '',
    model: config.embedding?.model ?? '',
  });

  /** The newest check of what is saved, and the newest of all, which may be saved next. */
  let recent: EmbedderCheck[] = [];
  const isOfSaved = ({ url, model }: Partial<ServiceAddress>) => {
    const now = saved();
    return url === now.url && model === now.model;
  };

  return {
    saved,

    /** The model of the library; the name is null before the first entry. `waiting`: entries not embedded with it yet. */
    libraryModel: () => ({ ...modelOf(library), waiting: counts.queue().pending.total }),

    /** The variables that set the service; it is locked then. */
    lockedBy: () => findLocks(config),

    /** The last check of what is saved now; null without one. */
    lastCheck(): EmbedderCheck | null {
      const known = recent.findLast(isOfSaved);
      if (known) return known;
      // After a restart, those of the audit log.
      const checks = audit.trail(embedderTarget).filter(({ event }) => event === embedderActions.check.name);
      return (checks.findLast(({ detail }) => isOfSaved(detail ?? {}))?.detail as EmbedderCheck) ?? null;
    },

    /** Embeds a word with a service, or with what is saved; nothing is saved but the finding. Throws `invalid_arguments`. */
    async check(typed: ServiceAddress | null, by: Requester): Promise<EmbedderCheck> {
      const address = typed ?? saved();
      if (typed) assertValid(given, typed);
      const check = await tryService(given, address);
      recent = [...recent.filter(isOfSaved).slice(-1), check];
      await untilFree(() =>
        audit.record({
          event: embedderActions.check.name,
          outcome: 'ok',
          by,
          target: embedderTarget,
          detail: check,
        }),
      );
      bus.emit('credentials');
      return check;
    },

    /** Whether it is not the saved one, and there are entries that it may have to embed again. Throws `invalid_arguments`. */
    isOther(address: ServiceAddress): boolean {
      assertValid(given, address);
      return !isOfSaved(address) && counts.totals().entries > 0;
    },

    /** Saves the service. Throws `edit_conflict` where `shown` is not what is stored now, `invalid_arguments` with all
     *  problems, `set_by_environment`. */
    save: (address: ServiceAddress, by: Requester, shown: ShownAddress = {}) =>
      settings.put(valuesOf(address), by, {
        shown: { [keys.url]: shown.url, [keys.model]: shown.model },
      }),
  };
}

function assertValid({ settings }: Given, address: ServiceAddress) {
  const problems = settings.findProblems(valuesOf(address));
  if (problems.length > 0) throw invalidArguments(problems);
}

function valuesOf({ url, model }: ServiceAddress) {
  return { [keys.url]: url || null, [keys.model]: model || null };
}

function findLocks(config: Kernel['config']): string[] {
  const states = settingStates(config).filter(({ setting }) =>
    Object.values(keys).some((key) => key === setting.key),
  );
  return states.flatMap((state) => (isLocked(state) ? (state.setting.variable ?? []) : []));
}

async function tryService(given: Given, address: ServiceAddress): Promise<EmbedderCheck> {
  const { config, keyFile, now, countUsage } = given;
  const service = address.url === '' ? null : { ...address, keyFile: keyFile(), network: config.network };
  const checked = { ...address, checked_at: now().toISOString() };
  const started = performance.now();
  const msSinceStart = () => Math.ceil(performance.now() - started);
  try {
    const { text, model, dimension } = await embedWord(service, countUsage);
    const ms = msSinceStart();
    const effect = describeEffect(given, model, dimension);
    return { ...checked, status: 'ok', text, embeds_with: model, dimension, ms, effect };
  } catch (error) {
    if (error instanceof AppError && error.code === 'stopping') throw error;
    const failed = { embeds_with: null, dimension: null, effect: null };
    return { ...checked, status: 'error', text: explain(error), ...failed, ms: msSinceStart() };
  }
}

function describeEffect({ library, counts }: Given, model: string, dimension: number): string {
  const known = modelOf(library);
  const { entries } = counts.totals();
  if (entries === 0) return 'The library has no entries, so nothing is embedded again.';
  const isSame = known.name === model && (known.dimension === null || known.dimension === dimension);
  if (isSame) return 'The library is embedded with this model, so nothing is embedded again.';
  const again = `${plural(entries, 'entry', 'entries')} will be embedded again.`;
  return `${again} Search keeps using the current index until it is rebuilt.`;
}
