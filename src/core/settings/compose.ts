// The configuration that values make up.
import { type EmbeddingService, readEmbeddingService } from '../config-embedding.ts';
import { type GoogleSettings, readGoogleSettings } from '../config-google.ts';
import { AppError } from '../errors.ts';
import { checkSettings } from './declared-checks.ts';
import { googleSettings, serviceSettings } from './declared-jobs.ts';
import { plainSettings } from './declared.ts';
import type { SavedLimits } from './operation-limits.ts';
import type { Resolved } from './resolve.ts';
import type { Base, Setting, UsedOf } from './setting.ts';

/** One object for the life of a process: changes are assigned to it, so read its members when they are needed. */
export type Config = Readonly<
  UsedOf<typeof plainSettings> & {
    /** The thresholds of checks. */
    checks: Readonly<UsedOf<typeof checkSettings>>;
    /** The place where `timeoutMs` is set. */
    timeoutFrom: string;
    /** The saved limits of operations; `limitsOf` joins them with those of the definitions. */
    limits: Readonly<Record<string, SavedLimits>>;
    /** Null: the built-in embedder. */
    embedding: EmbeddingService | null;
    google: GoogleSettings;
    /** Variables of proxies and certificates, which may contain passwords. */
    network: Record<string, string>;
    warnings: string[];
  }
>;

type Values = ReadonlyMap<string, Resolved>;
type Given = {
  values: Values;
  limits: Record<string, SavedLimits>;
  folder: string;
  network: Record<string, string>;
};

/** Throws `config` for values that do not fit together. */
export function compose({ values, limits, folder, network }: Given): Omit<Config, 'warnings'> {
  const valueFor = <Value>(setting: { key: string; default: Value }) => readValue(values, setting).value;
  const root = plainSettings.root.use(valueFor(plainSettings.root), { folder, root: '' });
  const base = { folder, root };
  return {
    ...useAll(plainSettings, valueFor, base),
    checks: useAll(checkSettings, valueFor, base),
    timeoutFrom: nameOf(values, plainSettings.timeoutMs),
    limits,
    embedding: composeEmbedding(values, network),
    google: readGoogleSettings(
      { keyFile: valueFor(googleSettings.keyFile), address: valueFor(googleSettings.address) },
      network,
    ),
    network,
  };
}

function composeEmbedding(values: Values, network: Record<string, string>): EmbeddingService | null {
  const { url, model, keyFile } = serviceSettings;
  const key = readValue(values, keyFile);
  return readEmbeddingService(
    { url: readValue(values, url).value, model: readValue(values, model).value, keyFile: key.value },
    {
      names: { url: nameOf(values, url), model: nameOf(values, model), keyFile: nameOf(values, keyFile) },
      mustUseKey: key.source !== 'saved',
      network,
    },
  );
}

/** Names a setting as the place does in which its value is set. A part of the embedding service that is missing beside a
 *  saved one is missing on the page, too. */
function nameOf(values: Values, setting: Setting): string {
  const { title, variable, key } = setting;
  const service: Setting[] = [serviceSettings.url, serviceSettings.model];
  const related = service.includes(setting) ? service : [];
  const sources = [setting, ...related].map((one) => readValue(values, one).source);
  const isOnPage = sources[0] === 'saved' || (sources[0] === 'default' && sources.includes('saved'));
  return isOnPage ? `“${title}”` : (variable ?? key);
}

function readValue<Value>(values: Values, { key, default: preset }: { key: string; default: Value }) {
  const { value, source } = values.get(key) ?? { value: preset, source: 'default' as const };
  return { value: value as Value, source };
}

/** The values again without the saved ones of the embedding service, when those do not fit together. */
export function withoutUnfit(given: Given): { values: Values; warnings: string[] } {
  try {
    composeEmbedding(given.values, given.network);
    return { values: given.values, warnings: [] };
  } catch (error) {
    const saved = Object.values<Setting>(serviceSettings).filter(
      ({ key }) => given.values.get(key)?.source === 'saved',
    );
    if (saved.length === 0 || !(error instanceof AppError)) throw error;
    const values = new Map(given.values);
    for (const { key, default: value } of saved) values.set(key, { value, source: 'default' });
    const warning = `The saved settings of the embedding service are ignored. ${error.message}`;
    return { values, warnings: [warning] };
  }
}

function useAll<Declared extends Record<string, Setting>>(
  declared: Declared,
  valueFor: (setting: Setting) => unknown,
  base: Base,
): UsedOf<Declared> {
  return Object.fromEntries(
    Object.entries(declared).map(([name, setting]) => [name, setting.use(valueFor(setting), base)]),
  ) as UsedOf<Declared>;
}
