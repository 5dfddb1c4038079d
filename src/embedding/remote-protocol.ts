// The messages between the console and its remote workers. Each side checks every message: others may write to Redis.
import { isObject, parseJson } from '../core/json.ts';
import { isReported, type ReportedItem } from '../cost-store/usage-item.ts';
import type { OutageCause } from './embedder.ts';
import { toUnitVector } from './vector.ts';

export const queueName = 'embedding';
export const keyPrefix = 'chl';

/** The key of the report of a remote worker about itself, written from time to time. */
export const hostKey = (name: string) => `${keyPrefix}:remote:${name}`;
/** How long a report lives. */
export const hostKeyMs = 15_000;

/** `version`: of the built-in embedder; null for a service. */
export type EmbeddingJob = { model: string; version: string | null; texts: string[] };

export type Usage = { item: ReportedItem; quantity: number; isEstimate: boolean };

type Outage = { message: string; words: string; reason: OutageCause; retryAfterMs: number };

/** `vectors`: float32, little-endian, one after another, in base64. `fault`: the error of a text. */
export type Answer = { host: string; usage: Usage[] } & (
  | { kind: 'vectors'; dimension: number; version: string; vectors: string }
  | { kind: 'outage'; outage: Outage }
  | { kind: 'fault'; fault: string }
);

/** The report of a remote worker about itself. */
export type HostFacts = {
  name: string;
  host: string;
  version: string;
  model: string;
  since: string;
  jobs: number;
  texts: number;
};

export function encodeVectors(vectors: Float32Array[]): string {
  const parts = vectors.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat(parts).toString('base64');
}

/** Returns null unless these are `count` vectors of `dimension` numbers, none of which is 0 throughout. */
export function decodeVectors(encoded: string, dimension: number, count: number): Float32Array[] | null {
  const bytes = Buffer.from(encoded, 'base64');
  const size = dimension * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== size * count) return null;
  const parts = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  const vectors = parts.map((part) => toUnitVector(part, dimension)).filter((one) => one !== null);
  return vectors.length === count ? vectors : null;
}

/** Returns null for text that no remote worker has written. */
export function readAnswer(answer: unknown): Answer | null {
  if (!isObject(answer) || !isText(answer.host) || !Array.isArray(answer.usage)) return null;
  return answer.usage.every(isUsage) && isWhole(answer) ? (answer as Answer) : null;
}

function isWhole({ kind, fault, outage, dimension, version, vectors }: Record<string, unknown>): boolean {
  if (kind === 'fault') return isText(fault);
  if (kind === 'vectors')
    return Number.isInteger(dimension) && isAmount(dimension, 65_536) && isText(version) && isText(vectors);
  if (kind !== 'outage' || !isObject(outage)) return false;
  const { message, words, reason, retryAfterMs } = outage;
  const isKnown = ['service', 'busy', 'text'].includes(String(reason));
  return isKnown && isText(message) && isText(words) && isAmount(retryAfterMs);
}

function isUsage(one: unknown): boolean {
  if (!isObject(one)) return false;
  return isReported(one.item) && isAmount(one.quantity) && typeof one.isEstimate === 'boolean';
}

/** Returns null for text that no remote worker has written. */
export function readHost(text: string | null): HostFacts | null {
  const facts = parseJson(text ?? '');
  if (!isObject(facts)) return null;
  const { name, host, version, model, since, jobs, texts } = facts;
  const areTexts = [name, host, version, model, since].every((one) => isText(one) && one.length <= 300);
  const isTime = Number.isFinite(Date.parse(String(since)));
  return areTexts && isTime && isAmount(jobs) && isAmount(texts) ? (facts as HostFacts) : null;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isAmount = (value: unknown, max = Number.MAX_SAFE_INTEGER) =>
  typeof value === 'number' && value >= 0 && value <= max;
