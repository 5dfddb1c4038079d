// The view models of the list of caches and of the page of one.
import { formatBytes, formatNumber, formatSpan, plural } from '../../core/format.ts';
import type { Kernel } from '../../core/kernel.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import type { AnyCache } from '../../core/cache.ts';
import {
  type CacheRecord,
  describeCache,
  describeRate,
  type KeyRecord,
  type KeySort,
  keySorts,
  listKeys,
  readKey,
} from '../read-caches.ts';

/** Longer keys have no preview, since their address would be too long. */
const maxLinked = 1500;
const shownLength = 160;

export const cacheUrl = (name: string, query: Record<string, string | undefined> = {}) =>
  url(`/caches/${name}`, query);

export function viewCaches({ caches, now }: Pick<Kernel, 'caches' | 'now'>) {
  return { at: now().toISOString(), items: caches.all().map((cache) => viewFigures(describeCache(cache))) };
}

export function viewFigures(record: CacheRecord) {
  const { name, about, entries, bytes, hits, misses, hit_rate, evictions, max_entries, max_bytes } = record;
  return {
    name,
    about,
    href: cacheUrl(name),
    entries: formatNumber(entries),
    bytes: formatBytes(bytes),
    hits: formatNumber(hits),
    misses: formatNumber(misses),
    reads: `${plural(hits, 'hit')}, ${plural(misses, 'miss', 'misses')}`,
    rate: hit_rate === null ? '–' : describeRate(hit_rate),
    evictions: formatNumber(evictions),
    limits: `${formatNumber(max_entries)} entries, ${formatBytes(max_bytes)}`,
    maxAge: record.ttl_ms === null ? null : formatSpan(record.ttl_ms),
  };
}

const sortWords: Record<KeySort, string> = { hits: 'Most hits', bytes: 'Largest', age: 'Oldest' };

type Shown = { sort: KeySort; key: string | undefined };

/** `key`: the entry whose value is shown. */
export function viewKeys(cache: AnyCache, { sort, key }: Shown, { redactor }: Pick<Kernel, 'redactor'>) {
  const link = (query: Record<string, string | undefined>) => cacheUrl(cache.name, query);
  return {
    sorts: keySorts.map((name) => ({
      word: sortWords[name],
      href: link({ sort: name === 'hits' ? undefined : name }),
      isCurrent: name === sort,
    })),
    keys: listKeys(cache, sort, redactor).map((one) => ({
      ...viewKey(one),
      isShown: one.key === key,
      href: isLinked(cache, one.key) ? link({ sort, key: one.key }) : null,
    })),
    isGone: key !== undefined && !readKey(cache, key, redactor),
    shown: key === undefined ? null : viewPreview(readKey(cache, key, redactor)),
  };
}

/** A key in which a secret is masked is not the one of the cache. */
function isLinked(cache: AnyCache, key: string): boolean {
  return key.length <= maxLinked && cache.preview(key) !== null;
}

function viewKey({ key, hits, bytes, at }: KeyRecord) {
  return {
    key: shorten(key.trim().replace(/\s+/g, ' '), shownLength),
    hits: formatNumber(hits),
    bytes: formatBytes(bytes),
    at,
  };
}

function viewPreview(record: KeyRecord | null) {
  return record && { ...viewKey(record), preview: record.preview };
}
