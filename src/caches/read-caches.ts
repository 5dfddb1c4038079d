// Reads the contents of the caches, and how well they serve. Keys and values are shown without secrets.
import type { AnyCache, CacheEntry } from '../core/cache.ts';
import type { Redactor } from '../core/redaction.ts';

/** `hit_rate`: the share of reads that hit, since the start; null for too few of them. `ttl_ms`: null without an age limit. */
export type CacheRecord = {
  name: string;
  about: string;
  entries: number;
  bytes: number;
  hits: number;
  misses: number;
  hit_rate: number | null;
  evictions: number;
  max_entries: number;
  max_bytes: number;
  ttl_ms: number | null;
};

/** `preview`: the beginning of the value, if it was asked for. */
export type KeyRecord = { key: string; hits: number; bytes: number; at: string; preview: string | null };

export const keySorts = ['hits', 'bytes', 'age'] as const;
export type KeySort = (typeof keySorts)[number];

/** Fewer reads say nothing about a rate. */
const minReads = 20;
const maxKeys = 100;
const previewBytes = 2048;

export function describeCache({ name, about, limits, figures }: AnyCache): CacheRecord {
  const { entries, bytes, hits, misses, evictions } = figures();
  return {
    name,
    about,
    entries,
    bytes,
    hits,
    misses,
    hit_rate: rateOf(hits, misses),
    evictions,
    max_entries: limits.entries,
    max_bytes: limits.bytes,
    ttl_ms: limits.ttlMs,
  };
}

export function rateOf(hits: number, misses: number): number | null {
  return hits + misses < minReads ? null : hits / (hits + misses);
}

/** `96%`; below a hundred, never rounded up to it. */
export function describeRate(rate: number): string {
  const percent = Math.round(rate * 100);
  return `${percent === 100 && rate < 1 ? 99 : percent}%`;
}

/** The first hundred in that order: the most hits, the most bytes, or the oldest first. */
export function listKeys(cache: AnyCache, sort: KeySort, redactor: Redactor): KeyRecord[] {
  return cache
    .list()
    .sort(orders[sort])
    .slice(0, maxKeys)
    .map((one) => toRecord(one, redactor, null));
}

const orders: Record<KeySort, (one: CacheEntry, other: CacheEntry) => number> = {
  hits: (one, other) => other.hits - one.hits || other.at.getTime() - one.at.getTime(),
  bytes: (one, other) => other.bytes - one.bytes,
  age: (one, other) => one.at.getTime() - other.at.getTime(),
};

/** With its preview. Null for a key that is not kept, or no longer. */
export function readKey(cache: AnyCache, key: string, redactor: Redactor): KeyRecord | null {
  const entry = cache.list().find((one) => one.key === key);
  const value = cache.preview(key);
  return entry && value !== null ? toRecord(entry, redactor, cut(redactor.record(value))) : null;
}

function toRecord({ key, hits, bytes, at }: CacheEntry, redactor: Redactor, preview: string | null) {
  return { key: redactor.record(key), hits, bytes, at: at.toISOString(), preview };
}

/** A character that is cut in half is left out. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= previewBytes) return text;
  return `${bytes
    .subarray(0, previewBytes)
    .toString()
    .replace(/\uFFFD$/, '')}…`;
}
