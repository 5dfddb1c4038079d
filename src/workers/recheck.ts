// Embeds a few entries again while a worker has nothing else to do, and compares the vectors with the stored ones: a model
// that changed behind its name gives others. Entries whose vector differed come first, so that the finding ends by itself.
import type { UntilFree } from '../core/db/busy-retry.ts';
import { explain } from '../core/faults.ts';
import { inTime } from '../core/in-time.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { EntryKey } from '../embedding/queue.ts';
import { currentVector, type EmbeddingRepository, type EntryRow } from '../embedding/repository.ts';
import { scaleToUnit } from '../embedding/vector.ts';
import type { FlagReader } from '../flags/flag-reader.ts';
import { embeddedText } from '../library/content.ts';
import type { Rechecked, RecheckRepository } from './recheck-repository.ts';

export const recheckFlag = 'vector-recheck';
/** The cost of a look: so many entries are embedded, out of so many that are read. */
const [batchSize, readMax] = [4, 200];
const pageSize = 50;
/** The time that the model may take for each of its answers. */
const modelMaxMs = 10_000;

type Given = {
  entries: Pick<EmbeddingRepository, 'entryPages'>;
  rechecks: Pick<RecheckRepository, 'differing' | 'note'>;
  model: Embedder;
  flags: Pick<FlagReader, 'isOn' | 'isOffForAll'>;
  untilFree: UntilFree;
  /** Between two looks. */
  everyMs: number;
  nowMs: () => number;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
};

type Compared = { entry: EntryRow; stored: Float32Array };

/** The function does nothing before its time has come, and never rejects. */
export function createRecheck(given: Given): () => Promise<void> {
  const { flags, everyMs, nowMs, report } = given;
  const nextEntry = readInTurn(given);
  let lookedAt = Number.NEGATIVE_INFINITY;

  return async () => {
    if (nowMs() - lookedAt < everyMs || flags.isOffForAll(recheckFlag)) return;
    lookedAt = nowMs();
    try {
      await look(given, nextEntry);
    } catch (error) {
      report(`No entry was embedded again to compare it: ${explain(error)}`);
    }
  };
}

/** Embeds nothing with a model that takes too long. */
async function look(given: Given, nextEntry: () => EntryRow | null) {
  const { flags, model, rechecks, untilFree } = given;
  // The dimension is known once the model has been used.
  if (model.dimension === 0) await inTime(model.probe(), modelMaxMs);
  if (model.dimension === 0) return;
  const known = rechecks.differing(model.name, batchSize);
  const found = known.map((key) => ({ key, one: findEntry(given, key) }));
  const gone = found.filter(({ one }) => one === null).map(({ key }) => key);
  const chosen = found.flatMap(({ one }) => one ?? []);
  for (let read = 0; read < readMax && chosen.length < batchSize; read++) {
    const entry = nextEntry();
    if (entry === null) break;
    const isKnown = known.some(({ kind, id }) => kind === entry.kind && id === entry.id);
    const isDue = !isKnown && flags.isOn(recheckFlag, entry.id);
    const one = isDue ? compared(entry, model) : null;
    if (one) chosen.push(one);
  }
  const results = chosen.length > 0 ? await embedAgain(model, chosen) : [];
  if (results.length + gone.length > 0) await untilFree(() => rechecks.note(results, gone));
}

async function embedAgain(model: Embedder, chosen: Compared[]): Promise<Rechecked[]> {
  const texts = chosen.map(({ entry }) => embeddedText(entry));
  const vectors = await inTime(model.embed(texts), modelMaxMs);
  return chosen.flatMap(({ entry: { kind, id }, stored }, at) => {
    const vector = scaleToUnit(Float32Array.from(vectors?.[at] ?? []));
    return vector === null ? [] : [{ kind, id, model: model.name, similarity: product(vector, stored) }];
  });
}

/** Null for an entry without a current embedding of the model. */
function compared(entry: EntryRow, model: Embedder): Compared | null {
  const stored = currentVector(entry, model);
  return stored && { entry, stored };
}

function findEntry({ entries, model }: Given, { kind, id }: EntryKey): Compared | null {
  const rows = [...entries.entryPages({ entry: id }, 1)].flat();
  const entry = rows.find((row) => row.kind === kind);
  return entry ? compared(entry, model) : null;
}

/** The function gives the next entry of the library, null once at its end, and then begins anew. */
function readInTurn({ entries }: Given): () => EntryRow | null {
  let rows = each(entries.entryPages({}, pageSize));
  return () => {
    const { done, value } = rows.next();
    if (!done) return value;
    rows = each(entries.entryPages({}, pageSize));
    return null;
  };
}

function* each(pages: Generator<EntryRow[]>): Generator<EntryRow, undefined> {
  for (const page of pages) yield* page;
}

/** The cosine of two vectors of length 1; 0 for another dimension. */
function product(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return 0;
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}
