// What the meta file of a snapshot says must be what its index and its manifest are.
import type { IndexHeader } from '../index/faiss-header.ts';
import { type MetaVector, parseMeta } from '../index/meta.ts';
import type { Manifest } from './manifest.ts';
import { refusal } from './refusal.ts';

/** Which entry each vector belongs to. Throws `meta_invalid` when this is no meta file, `meta_mismatch` when it lies. */
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
  refuseTwice(meta.vectors);
  return meta.vectors;
}

const deepest = 32;
const valuesOfAVector = 16;
const valuesBeside = 10_000;
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const [opener, closer, braceBit] = [0x7b, 0x7d, 0x20];

/** Before it is parsed: a parser that meets millions of brackets or values takes a hundred times their size in memory.
 *  Throws `meta_invalid`. */
export function assertParsable(json: Buffer, vectors: number) {
  const most = valuesOfAVector * vectors + valuesBeside;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length && values <= most && depth <= deepest; at++) {
    const byte = json[at] as number;
    if (byte === quote) at = endOfText(json, at + 1);
    else if (byte === comma) values++;
    else if ((byte | braceBit) === opener) {
      depth++;
      values++;
    } else if ((byte | braceBit) === closer) depth--;
  }
  if (values <= most && depth <= deepest) return;
  throw refusal('meta_invalid', 'The meta file holds more values, or deeper ones, than its vectors need.');
}

/** Where the quote is that ends it. */
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

function refuseTwice(vectors: MetaVector[]) {
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
