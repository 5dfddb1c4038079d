// The mean length of the texts that a run embeds, from a sample of entries that is spread evenly: no table is scanned.
import type { Db } from '../core/db/open.ts';
import type { EmbeddedTexts } from '../core/operation.ts';
import { entryTables, forKinds, type Kind, kinds } from '../library/content.ts';
import type { LibraryCounts } from './counts.ts';

export type TextSizes = ReturnType<typeof createTextSizes>;

const samplesPerKind = 100;

/** `counts` gives the entries of each kind, which are the weights of its samples. */
export function createTextSizes(library: Db, counts: Pick<LibraryCounts, 'queue' | 'totals'>) {
  const samplers = forKinds((kind) => createSampler(library, kind));
  return {
    /** Characters an entry; null without entries. */
    mean(selection: EmbeddedTexts): number | null {
      const { experiences, manuals } = selection.isWaiting ? counts.queue().pending : counts.totals();
      const entries = { experience: experiences, manual: manuals };
      const sampled = kinds.flatMap((kind) => {
        const lengths = samplers[kind](selection);
        return lengths.length === 0 ? [] : [{ mean: meanOf(lengths), weight: Math.max(1, entries[kind]) }];
      });
      const weights = sampled.reduce((sum, { weight }) => sum + weight, 0);
      if (weights === 0) return null;
      return sampled.reduce((sum, { mean, weight }) => sum + mean * weight, 0) / weights;
    },
  };
}

type Sampler = (selection: EmbeddedTexts) => number[];

function createSampler(library: Db, kind: Kind): Sampler {
  const one = (name: string) => prepareSample(library, kind, `x.${name} = @value`);
  const [all, ofCategory, ofEntry, ofStatus] = [
    prepareSample(library, kind, '@value IS NULL'),
    one('category_code'),
    one('id'),
    one('embedding_status'),
  ];
  return ({ category, entry, isWaiting }) => {
    if (entry !== undefined) return ofEntry(entry);
    if (category !== undefined) return ofCategory(category);
    return isWaiting ? ofStatus('pending') : all(null);
  };
}

/** Each of its statements is answered from the end of an index, or from the table by rowid. */
function prepareSample(library: Db, kind: Kind, condition: string) {
  const { table, body, note } = entryTables[kind];
  const from = `FROM ${table} x WHERE ${condition}`;
  const end = (order: 'ASC' | 'DESC') =>
    library.prepare(`SELECT x.rowid ${from} ORDER BY x.rowid ${order} LIMIT 1`).pluck();
  const [first, last] = [end('ASC'), end('DESC')];
  const read = library.prepare(
    `SELECT x.rowid AS place, length(x.title) + length(x.${body}) + ifnull(length(x.${note}), 0) AS characters
     ${from} AND x.rowid >= @place ORDER BY x.rowid LIMIT 1`,
  );
  return (value: string | null): number[] => {
    const [low, high] = [first.get({ value }), last.get({ value })] as (number | undefined)[];
    if (low === undefined || high === undefined) return [];
    const step = (high - low) / (samplesPerKind - 1);
    const places = Array.from({ length: samplesPerKind }, (_, at) => Math.floor(low + at * step));
    const found = new Map<number, number>();
    for (const place of new Set(places)) {
      const row = read.get({ value, place }) as { place: number; characters: number } | undefined;
      if (row) found.set(row.place, row.characters);
    }
    return [...found.values()];
  };
}

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
