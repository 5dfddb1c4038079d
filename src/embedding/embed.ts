// Embeds the entries of a selection that have no current embedding, batch by batch.
import { embeddedText } from './content.ts';
import type { Embedder } from './embedder.ts';
import { type EmbeddingRepository, type EntryRow, isCurrent, type Selection } from './repository.ts';

const batchSize = 256;

/** Gives how many entries got a new embedding. Each batch is committed by itself, so a run that is stopped loses one
 *  batch at most. `full`: those with a current embedding too. */
export async function embedSelection(
  repository: EmbeddingRepository,
  model: Embedder,
  selection: Selection & { full?: boolean },
  onProgress: (done: number, total: number, embedded: number) => void,
): Promise<number> {
  const total = repository.countEntries(selection);
  const waiting: EntryRow[] = [];
  let seen = 0;
  let embedded = 0;
  for (const page of repository.entryPages(selection, batchSize)) {
    waiting.push(...page.filter((entry) => selection.full || !isCurrent(entry, model)));
    seen += page.length;
    if (waiting.length >= batchSize) {
      embedded += await embedBatch(repository, model, waiting.splice(0, batchSize));
    }
    onProgress(seen, total, embedded);
  }
  if (waiting.length > 0) embedded += await embedBatch(repository, model, waiting);
  onProgress(total, total, embedded);
  return embedded;
}

async function embedBatch(repository: EmbeddingRepository, model: Embedder, entries: EntryRow[]) {
  const texts = entries.map(embeddedText);
  const vectors = await model.embed(texts);
  const batch = entries.map((entry, i) => {
    const vector = vectors[i];
    if (vector?.length !== model.dimension) {
      throw new Error(`${model.name} gave ${vector?.length ?? 'no'} numbers for ${entry.id}.`);
    }
    return { entry, text: texts[i] as string, vector };
  });
  return repository.complete(model, batch, new Date().toISOString());
}
