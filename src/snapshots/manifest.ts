// The members of a snapshot ZIP, and its `manifest.json`, which describes the others.
import { isObject, parseJson } from '../core/json.ts';
import { isTime } from '../index/meta.ts';
import { refusal } from './refusal.ts';

/** `files`: the SHA-256 of each other member by its name, hexadecimal. */
export type Manifest = {
  format: string;
  model: string;
  dimension: number;
  count: number;
  built_at: string | null;
  files: Record<string, string>;
};

export const manifestName = 'manifest.json';
export const snapshotFormat = 'chl-index-snapshot-1';
export const maxManifestBytes = 16 * 1024;

/** Every allowed name: no folder, no leading dot, lower-case ASCII only. */
export const memberName = /^(?:manifest\.json|unified_[a-z0-9_-]{1,64}\.(?:index|meta\.json|index\.backup))$/;

/** Throws `manifest_invalid`, or `format_unknown` for another format. A `built_at` that is not a time becomes null. */
export function parseManifest(text: string): Manifest {
  const value = parseJson(text);
  if (!isObject(value))
    throw refusal('manifest_invalid', 'The manifest.json of the ZIP is not a JSON object.');
  if (value.format !== snapshotFormat) {
    const found = JSON.stringify(value.format ?? null).slice(0, 60);
    const message = `The snapshot has format ${found}; this version reads ${snapshotFormat}.`;
    throw refusal('format_unknown', message);
  }
  const { format, model, dimension, count, built_at, files } = value;
  const isWhole =
    typeof model === 'string' &&
    Number.isSafeInteger(dimension) &&
    Number.isSafeInteger(count) &&
    isObject(files) &&
    Object.values(files).every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash));
  if (!isWhole) {
    const wanted = 'model, dimension, count and the SHA-256 of each file';
    throw refusal('manifest_invalid', `The manifest.json of the ZIP lacks ${wanted}.`);
  }
  const known = { format, model, dimension, count, files } as Omit<Manifest, 'built_at'>;
  return { ...known, built_at: isTime(built_at) ? built_at : null };
}

/** Throws `hash_mismatch` unless the manifest names exactly these members with these hashes. */
export function assertHashes({ files }: Manifest, found: Map<string, string>) {
  const mismatch = (why: string) => refusal('hash_mismatch', why);
  for (const name of new Set([...Object.keys(files), ...found.keys()])) {
    const shown = JSON.stringify(name.slice(0, 80));
    if (files[name] === undefined) throw mismatch(`The manifest does not name ${name}, which is in the ZIP.`);
    if (!found.has(name)) throw mismatch(`The manifest names ${shown}, which is not in the ZIP.`);
    if (files[name] === found.get(name)) continue;
    throw mismatch(`${name} is not the file that the manifest describes: its SHA-256 differs.`);
  }
}
