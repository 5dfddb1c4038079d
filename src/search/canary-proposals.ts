// Proposes canaries: titles of the library that say much and belong to one entry. The same library and index give the same ones.
import { AppError } from '../core/errors.ts';
import { inTime } from '../core/in-time.ts';
import { foundAmong } from '../index/canary.ts';
import type { LiveIndex } from '../index/live.ts';
import type { Kind } from '../library/content.ts';
import type { Titled } from './title-repository.ts';

const proposed = 3;
/** The number of titles of a kind that are read, whatever the size of the library. */
const titlesRead = 500;
/** The number of searches that look for another entry of the same title. */
const maxTried = 12;
const maxTitleLength = 100;

type Given = {
  liveIndex: Pick<LiveIndex, 'search'>;
  titles: { first(kind: Kind, limit: number): Titled[] };
};

/** Up to three, of several categories where it can be. Waits for `maxMs` at most. */
export async function proposeCanaries({ liveIndex, titles }: Given, maxMs: number): Promise<Titled[]> {
  const until = performance.now() + maxMs;
  const [manuals, experiences] = [titles.first('manual', titlesRead), titles.first('experience', titlesRead)];
  const all = [...manuals, ...experiences];
  const isUnique = uniqueTitles(all);
  const candidates = [4, 3].flatMap((words) => {
    const telling = (list: Titled[]) => list.filter((one) => isUnique(one) && wordsOf(one) === words);
    return spread(telling(manuals), telling(experiences));
  });
  const chosen: Titled[] = [];
  for (const candidate of candidates.slice(0, maxTried)) {
    if (chosen.length === proposed) break;
    if (await isAlone(liveIndex, candidate, until - performance.now())) chosen.push(candidate);
  }
  return chosen;
}

/** Among those that were read. */
function uniqueTitles(all: Titled[]) {
  const counts = new Map<string, number>();
  for (const { title } of all) counts.set(title, (counts.get(title) ?? 0) + 1);
  return ({ title }: Titled) => counts.get(title) === 1;
}

/** How many words of three letters it has, 4 at most; six characters of a script without spaces say as much. 0 for a long title. */
function wordsOf({ title }: Titled): number {
  if (title.length > maxTitleLength) return 0;
  if (/\p{Lo}{6,}/u.test(title)) return 4;
  return Math.min(4, title.match(/\p{L}{3,}/gu)?.length ?? 0);
}

/** A manual first, then an experience, and so on; first those of a category that none before has. */
function spread(...lists: Titled[][]): Titled[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  const mixed = Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list[at] ?? [])).flat();
  const seen = new Set<string>();
  const isNew = ({ category_code }: Titled) => !seen.has(category_code) && seen.add(category_code);
  const [fresh, others]: [Titled[], Titled[]] = [[], []];
  for (const one of mixed) (isNew(one) ? fresh : others).push(one);
  return [...fresh, ...others];
}

/** Whether a search for the title finds no other entry of this title; true also where the index cannot be asked. */
async function isAlone(
  liveIndex: Given['liveIndex'],
  { title, kind, id }: Titled,
  maxMs: number,
): Promise<boolean> {
  if (maxMs <= 0) return true;
  try {
    const answer = await inTime(liveIndex.search({ query: title, limit: foundAmong }), maxMs);
    return !answer?.hits.some((hit) => hit.title === title && (hit.kind !== kind || hit.entity_id !== id));
  } catch (error) {
    if (error instanceof AppError) return true;
    throw error;
  }
}
