// Reads the answer of an embedding service: the vectors, in the forms that services use, or the service's words.
import { plural } from '../core/format.ts';
import { BadReply } from '../core/outbound/body.ts';
import { cut } from '../library/rules.ts';
import { scaleToUnit } from './vector.ts';

type Reply = { data?: unknown; embeddings?: unknown; usage?: unknown; prompt_eval_count?: unknown } | null;

/** The answer as a value, for the readers below. Throws `BadReply`. */
export function parseReply(body: string): Reply {
  if (body.trim() === '') throw new BadReply('its answer is empty');
  try {
    return JSON.parse(body);
  } catch {
    throw new BadReply(`its answer is not JSON${detailIn(body)}`);
  }
}

/** A number above this is a mistake: one request has at most 64 texts. */
const maxTokens = 100_000_000;

/** The tokens that the service has counted, as OpenAI or Ollama says it; null when it names no number above 0. */
export function readTokens(reply: Reply): number | null {
  const usage = (reply?.usage ?? {}) as { total_tokens?: unknown; prompt_tokens?: unknown } | string;
  const named = typeof usage === 'object' ? [usage.total_tokens, usage.prompt_tokens] : [];
  const isSane = (one: unknown) => Number.isInteger(one) && Number(one) > 0 && Number(one) <= maxTokens;
  const found = [...named, reply?.prompt_eval_count].find(isSane);
  return found === undefined ? null : Number(found);
}

/** Returns vectors of length 1 in the order of the texts. Throws `BadReply`. */
export function readVectors(reply: Reply, body: string, textCount: number): Float32Array[] {
  const items = readItems(reply, body);
  if (items.length !== textCount) {
    throw new BadReply(`it returned ${plural(items.length, 'vector')} for ${plural(textCount, 'text')}`);
  }
  const vectors = new Array<Float32Array | null>(textCount).fill(null);
  const indexes = indexesOf(items);
  for (const [position, { embedding }] of items.entries()) {
    const index = indexes[position] as number;
    if (vectors[index] !== null) {
      throw new BadReply(`it returned two vectors for one text, or one for none (index ${index})`);
    }
    vectors[index] = toVector(embedding);
  }
  return vectors as Float32Array[];
}

type Item = { index?: unknown; embedding: unknown };

/** Reads `data` as OpenAI returns it, or `embeddings` as Ollama does. */
function readItems(reply: Reply, body: string): Item[] {
  if (Array.isArray(reply?.embeddings)) return reply.embeddings.map((embedding) => ({ embedding }));
  const data = reply?.data;
  if (Array.isArray(data) && data.every((item) => typeof item === 'object' && item !== null)) return data;
  throw new BadReply(`its answer has no list of vectors${detailIn(body)}`);
}

/** Services without a usable index, missing or 0 for each, return the vectors in the order of the texts. */
function indexesOf(items: Item[]): number[] {
  const indexes = items.map(({ index }) => Number(index ?? 0));
  const areInOrder = items.length === 1 || indexes.every((index) => index === 0);
  return areInOrder ? items.map((_, position) => position) : indexes;
}

/** Reads a list of numbers, one within another list, or base64 of little-endian float32. */
function toVector(embedding: unknown): Float32Array {
  const isNested = Array.isArray(embedding) && embedding.length === 1 && Array.isArray(embedding[0]);
  const numbers = isNested ? embedding[0] : embedding;
  const vector = scaleToUnit(typeof numbers === 'string' ? fromBase64(numbers) : fromList(numbers));
  if (vector) return vector;
  throw new BadReply('it returned a vector of zeros only, or with numbers that are too large');
}

function fromList(numbers: unknown): Float32Array {
  if (!Array.isArray(numbers)) throw new BadReply('it returned a vector that is not a list of numbers');
  for (const one of numbers) {
    if (typeof one !== 'number') throw new BadReply(`it returned ${kindOf(one)} instead of a number`);
  }
  return Float32Array.from(numbers);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const isBase64 = bytes.length > 0 && bytes.toString('base64') === text;
  if (!isBase64 || bytes.length % Float32Array.BYTES_PER_ELEMENT > 0) {
    throw new BadReply('it returned a vector that is not a list of numbers, nor base64 of float32');
  }
  const vector = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT);
  new Uint8Array(vector.buffer).set(bytes);
  return vector;
}

const maxDetailLength = 200;

/** The service's own words in parentheses, with a space before; empty when there are none. */
export function detailIn(body: string): string {
  const words = (readMessage(body) ?? titleOf(body) ?? body).replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return words === '' ? '' : ` (${cut(words, maxDetailLength)})`;
}

/** The message in the forms of OpenAI, Ollama, vLLM and FastAPI. */
function readMessage(body: string): string | undefined {
  try {
    const { error, message, detail } = JSON.parse(body) as Record<string, unknown>;
    const nested = (error as { message?: unknown } | undefined)?.message;
    const [first] = Array.isArray(detail) ? detail : [];
    const found = [nested, error, message, detail, first?.msg].find((one) => typeof one === 'string');
    return found as string | undefined;
  } catch {
    return undefined;
  }
}

/** Of a web page, e.g. that of a proxy. */
function titleOf(body: string): string | undefined {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]?.trim();
  return title ? title : undefined;
}
