// Checks that the meta file of a snapshot matches its index and its manifest.
import type { IndexHeader } from '../index/faiss-header.ts';
import { type MetaVector, parseMeta } from '../index/meta.ts';
import type { Manifest } from './manifest.ts';
import { refusal } from './refusal.ts';

/** Returns the entry of each vector. `sha256` is that of the index. Throws `meta_invalid` when the text is not a meta file,
 *  `meta_mismatch` when it describes another index. */
export function readDescribed(
  text: string,
  manifest: Manifest,
  { dimension, count }: IndexHeader,
  sha256: string,
): MetaVector[] {
  const meta = parse(text);
  const claims: [string, string | number, string | number][] = [
    ['model', meta.model, manifest.model],
    ['model', meta.model_name, manifest.model],
    ['dimension', meta.dimension, dimension],
    ['count', meta.count, count],
    ['SHA-256', meta.sha256, sha256],
    ['SHA-256', meta.checksum, sha256],
  ];
  for (const [what, said, is] of claims) {
    if (said === is) continue;
    throw refusal('meta_mismatch', `The meta file describes another index: its ${what} differs.`);
  }
  assertUnique(meta.vectors);
  return meta.vectors;
}

const maxDepth = 32;
const valuesPerVector = 16;
const otherValues = 10_000;
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const [opener, closer, braceBit] = [0x7b, 0x7d, 0x20];

/** Throws `meta_invalid` for too many or too deep values. To be called before parsing: a parser takes a hundred times the size
 *  of millions of brackets or values in memory. */
export function assertParsable(json: Buffer, vectors: number) {
  const maxValues = valuesPerVector * vectors + otherValues;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length && values <= maxValues && depth <= maxDepth; at++) {
    const byte = json[at] as number;
    if (byte === quote) at = endOfText(json, at + 1);
    else if (byte === comma) values++;
    else if ((byte | braceBit) === opener) {
      depth++;
      values++;
    } else if ((byte | braceBit) === closer) depth--;
  }
  if (values <= maxValues && depth <= maxDepth) return;
  throw refusal('meta_invalid', 'The meta file holds more values, or deeper ones, than its vectors need.');
}

/** The position of the quote that ends a string. */
function endOfText(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}

function parse(text: string) {
  try {
    return parseMeta(text);
  } catch (error) {
    throw refusal('meta_invalid', (error as Error).message);
  }
}

function assertUnique(vectors: MetaVector[]) {
  const seen = { experience: new Set<string>(), manual: new Set<string>() };
  for (const { kind, entity_id } of vectors) {
    if (seen[kind].has(entity_id)) {
      throw refusal(
        'meta_mismatch',
        `The meta file lists ${kind} ${JSON.stringify(entity_id.slice(0, 80))} twice.`,
      );
    }
    seen[kind].add(entity_id);
  }
}
