// Reads the reply of an OpenAI-compatible embedding service: `{data: [{index, embedding: [numbers]}]}`, one item for each
// text. Checks it strictly: a wrong order or count would give an entry the vector of another.
import { scaleToUnit } from './vector.ts';

/** The message continues "The service could not …: ". */
export class BadReply extends Error {}

/** Returns vectors of length 1 in the order of the texts. Throws `BadReply`. */
export function readVectors(body: string, textCount: number): Float32Array[] {
  const data = readItems(body);
  if (data.length !== textCount) {
    throw new BadReply(`it returned ${data.length} vectors for ${textCount} texts`);
  }
  const vectors = new Array<Float32Array | null>(textCount).fill(null);
  for (const [position, { index = position, embedding }] of data.entries()) {
    if (!Number.isInteger(index) || vectors[index] !== null) {
      throw new BadReply(`it returned two vectors for one text, or one for none (index ${index})`);
    }
    vectors[index] = toVector(embedding);
  }
  return vectors as Float32Array[];
}

type Item = { index?: number; embedding: unknown };

function readItems(body: string): Item[] {
  let data: unknown;
  try {
    data = (JSON.parse(body) as { data?: unknown } | null)?.data;
  } catch {
    throw new BadReply('its answer is not JSON');
  }
  if (Array.isArray(data) && data.every((item) => typeof item === 'object' && item !== null)) return data;
  throw new BadReply('its answer has no list of vectors');
}

function toVector(numbers: unknown): Float32Array {
  const areNumbers = Array.isArray(numbers) && numbers.every((one) => typeof one === 'number');
  const vector = areNumbers ? scaleToUnit(Float32Array.from(numbers)) : null;
  if (vector) return vector;
  throw new BadReply('it returned a vector that is not a list of numbers, or of zeros only');
}
