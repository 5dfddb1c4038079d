// The mean length of the texts that a run embeds, from a sample of entries: no table is scanned.
import type { Db } from '../core/db/open.ts';
import type { EmbeddedTexts } from '../core/operation.ts';
import { entryTables, forKinds, type Kind, kinds } from '../library/content.ts';
import type { LibraryCounts } from './counts.ts';

export type TextSizes = ReturnType<typeof createTextSizes>;

const samplesPerKind = 100;
/** Fewer waiting entries in the sample say less than all entries of the sample. */
const minWaiting = 20;

/** `counts` gives the entries of each kind, which are the weights of its samples. */
export function createTextSizes(library: Db, counts: Pick<LibraryCounts, 'queue' | 'totals'>) {
  const samplers = forKinds((kind) => createSampler(library, kind));
  return {
    /** Characters an entry; null without entries. */
    mean(texts: EmbeddedTexts): number | null {
      const { experiences, manuals } = texts.isWaiting ? counts.queue().pending : counts.totals();
      const entries = { experience: experiences, manual: manuals };
      const sampled = kinds.flatMap((kind) => {
        const lengths = samplers[kind](texts);
        return lengths.length === 0 ? [] : [{ mean: meanOf(lengths), weight: Math.max(1, entries[kind]) }];
      });
      const weights = sampled.reduce((sum, { weight }) => sum + weight, 0);
      if (weights === 0) return null;
      return sampled.reduce((sum, { mean, weight }) => sum + mean * weight, 0) / weights;
    },
  };
}

/** The lengths of some entries. */
type Sampler = (texts: EmbeddedTexts) => number[];

function createSampler(library: Db, kind: Kind): Sampler {
  const { table, body, note } = entryTables[kind];
  const length = `length(title) + length(${body}) + ifnull(length(${note}), 0)`;
  const prepare = (rest: string) => library.prepare(`SELECT ${length} FROM ${table} ${rest}`).pluck();
  const ofEntry = prepare('WHERE id = ?');
  const ofCategory = prepare(`WHERE category_code = ? AND rowid % ? = 0 LIMIT ${samplesPerKind}`);
  const countCategory = library.prepare(`SELECT count(*) FROM ${table} WHERE category_code = ?`).pluck();
  const waiting = prepare(`WHERE embedding_status = 'pending' LIMIT ${samplesPerKind + 1}`);
  const spread = prepareSpread(library, table, length);

  return ({ category, entry, isWaiting }) => {
    if (entry !== undefined) return ofEntry.all(entry) as number[];
    if (category !== undefined) {
      const every = Math.max(1, Math.floor((countCategory.get(category) as number) / samplesPerKind));
      return ofCategory.all(category, every) as number[];
    }
    return isWaiting ? ofWaiting() : spread().map(({ characters }) => characters);
  };

  function ofWaiting(): number[] {
    const few = waiting.all() as number[];
    if (few.length <= samplesPerKind) return few;
    const all = spread();
    const some = all.filter((row) => row.is_waiting === 1);
    return (some.length < minWaiting ? all : some).map(({ characters }) => characters);
  }
}

type Sampled = { place: number; characters: number; is_waiting: number };

/** Gives entries that are spread evenly over the table. */
function prepareSpread(library: Db, table: string, length: string) {
  const end = (order: 'ASC' | 'DESC') =>
    library.prepare(`SELECT rowid FROM ${table} ORDER BY rowid ${order} LIMIT 1`).pluck();
  const [first, last] = [end('ASC'), end('DESC')];
  const read = library.prepare(
    `SELECT rowid AS place, ${length} AS characters, embedding_status = 'pending' AS is_waiting
     FROM ${table} WHERE rowid >= ? ORDER BY rowid LIMIT 1`,
  );
  return (): Sampled[] => {
    const [low, high] = [first.get(), last.get()] as (number | undefined)[];
    if (low === undefined || high === undefined) return [];
    const step = (high - low) / (samplesPerKind - 1);
    const found = new Map<number, Sampled>();
    for (let at = 0; at < samplesPerKind; at++) {
      const row = read.get(Math.floor(low + at * step)) as Sampled | undefined;
      if (row) found.set(row.place, row);
    }
    return [...found.values()];
  };
}

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
