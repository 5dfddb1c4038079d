// What the console and its remote workers exchange over the queue. Each side judges what it reads: others may write to Redis.
import type { ReportedItem } from '../cost-store/usage-item.ts';
import { isReported } from '../cost-store/usage-item.ts';
import type { OutageCause } from './embedder.ts';

export const queueName = 'embedding';
export const keyPrefix = 'chl';

/** Of the client that asked, a list of answers; it expires when nobody reads it. */
export const inboxKey = (inbox: string) => `${keyPrefix}:inbox:${inbox}`;
/** Exists while that client waits: a job whose client is gone is not worth embedding. */
export const waitingKey = (inbox: string) => `${keyPrefix}:waiting:${inbox}`;
/** What a remote worker reports about itself. */
export const hostKey = (name: string) => `${keyPrefix}:remote:${name}`;
/** How long each of these lives after its last write. */
export const keyMs = { inbox: 60_000, waiting: 10_000, host: 15_000 };

/** `version`: of the built-in embedder; null for a service. */
export type EmbeddingJob = { inbox: string; model: string; version: string | null; texts: string[] };

export type Usage = { item: ReportedItem; quantity: number; isEstimate: boolean };

type Outage = { message: string; words: string; reason: OutageCause; retryAfterMs: number };

/** `vectors`: float32, little-endian, one after another, in base64. `fault`: the error of a text. */
export type Answer = { host: string; usage: Usage[] } & (
  | { kind: 'vectors'; dimension: number; version: string; vectors: string }
  | { kind: 'outage'; outage: Outage }
  | { kind: 'fault'; fault: string }
);

/** What a remote worker reports about itself. */
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

/** Returns null unless these are `count` vectors of `dimension` numbers. */
export function decodeVectors(encoded: string, dimension: number, count: number): Float32Array[] | null {
  const bytes = Buffer.from(encoded, 'base64');
  const size = dimension * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== size * count) return null;
  return Array.from({ length: count }, (_, at) => {
    const vector = new Float32Array(dimension);
    new Uint8Array(vector.buffer).set(bytes.subarray(at * size, (at + 1) * size));
    return vector;
  });
}

/** Returns the id of the job and its answer; null for any other text. */
export function readAnswer(text: string): { id: string; answer: Answer } | null {
  const { id, answer } = (parse(text) ?? {}) as { id?: unknown; answer?: Partial<Answer> };
  if (typeof id !== 'string' || !isRecord(answer) || typeof answer.host !== 'string') return null;
  if (!Array.isArray(answer.usage) || !answer.usage.every(isUsage)) return null;
  return isWhole(answer as Answer) ? { id, answer: answer as Answer } : null;
}

function isWhole(answer: Answer): boolean {
  if (answer.kind === 'fault') return typeof answer.fault === 'string';
  if (answer.kind === 'outage') {
    const { message, words, reason, retryAfterMs } = (answer.outage ?? {}) as Partial<Outage>;
    const isKnown = ['service', 'busy', 'text'].includes(reason ?? '');
    return (
      isKnown &&
      typeof message === 'string' &&
      typeof words === 'string' &&
      Number.isFinite(retryAfterMs) &&
      Number(retryAfterMs) >= 0
    );
  }
  if (answer.kind !== 'vectors') return false;
  const isSize = Number.isInteger(answer.dimension) && answer.dimension > 0 && answer.dimension <= 65_536;
  return isSize && typeof answer.version === 'string' && typeof answer.vectors === 'string';
}

function isUsage(one: unknown): boolean {
  if (!isRecord(one)) return false;
  const { item, quantity, isEstimate } = one as Partial<Usage>;
  return isReported(item) && Number.isFinite(quantity) && typeof isEstimate === 'boolean';
}

/** Returns null for text that no remote worker has written. */
export function readHost(text: string | null): HostFacts | null {
  const facts = text === null ? null : (parse(text) as Partial<HostFacts> | null);
  if (!isRecord(facts)) return null;
  const areTexts = [facts.name, facts.host, facts.version, facts.model, facts.since].every(
    (one) => typeof one === 'string' && one.length <= 300,
  );
  const areCounts = [facts.jobs, facts.texts].every((one) => Number.isInteger(one) && Number(one) >= 0);
  const isTime = Number.isFinite(Date.parse(facts.since ?? ''));
  return areTexts && areCounts && isTime ? (facts as HostFacts) : null;
}

function isRecord<T extends object>(value: T | null | undefined): value is T;
function isRecord(value: unknown): value is object;
function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
