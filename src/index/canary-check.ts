// Asks the canaries of a generation before it becomes the live one, and refuses one that misses more than the live one does.
import { badInput } from '../core/errors.ts';
import { explain } from '../core/faults.ts';
import { plural } from '../core/format.ts';
import { isObject } from '../core/json.ts';
import type { OnProgress } from '../core/progress.ts';
import { EmbeddingOutage } from '../embedding/embedder.ts';
import { askedHits, type Canary, foundAmong, formatRank, isFound, rankOf } from './canary.ts';
import type { GenerationSearch } from './generation-search.ts';

/** `canary_missed` is the code in the details of the failure. */
export const canaryMissed = 'canary_missed';

type OpenSearch = () => GenerationSearch;

export type CanaryCheck = {
  canaries: readonly Canary[];
  /** Whether the library has the entry of a canary now. */
  hasEntry: (canary: Canary) => boolean;
  /** Null without a live generation. */
  live: OpenSearch | null;
  draft: OpenSearch;
  /** The draft in messages: `The new index`. */
  draftName: string;
  /** Switches to the draft whatever it misses. */
  isForced: boolean;
  onProgress: OnProgress;
  report: (line: string) => void;
};

/** The result for canaries whose entry is in the library. `problem`: why they could not be asked. `lost`: each that the live
 *  generation finds and the draft misses, in one sentence. `compared`: how, unless with the live generation as people search
 *  it. */
export type CanaryResult = {
  asked: number;
  missed: number;
  problem?: string;
  lost?: string[];
  compared?: string;
};

/** Throws `bad_input` with `canary_missed` when the draft misses more canaries than the live generation. An embedding service
 *  that does not answer is no reason to refuse a draft: the result says so. */
export async function checkCanaries(check: CanaryCheck): Promise<CanaryResult> {
  const { hasEntry, report } = check;
  const canaries = check.canaries.filter(hasEntry);
  for (const { query, ...canary } of check.canaries.filter((one) => !hasEntry(one)))
    report(`Canary “${query}” is not asked: the library has no ${nameEntry(canary)} any more.`);
  if (canaries.length === 0) return { asked: 0, missed: 0 };
  const ranks = await askBoth(check, canaries);
  if ('problem' in ranks) {
    report(`The canaries were not asked: ${ranks.problem}`);
    return { asked: 0, missed: 0, problem: ranks.problem };
  }
  const missed = canaries.flatMap((canary, at): Missed[] => {
    const [now = null, live = null] = [ranks.draft[at], ranks.live?.[at]];
    return isFound(now) ? [] : [{ canary, now, live }];
  });
  for (const one of missed) report(`Canary missed: ${describeMissed(one, ranks.live !== null)}`);
  const liveMissed = ranks.live?.filter((rank) => !isFound(rank)).length ?? canaries.length;
  const lost = missed.filter(({ live }) => isFound(live)).map((one) => describeMissed(one, true));
  const result = {
    asked: canaries.length,
    missed: missed.length,
    ...(lost.length > 0 && { lost }),
    ...(ranks.compared !== null && { compared: ranks.compared }),
  };
  report(`${check.draftName} finds ${describeFound(result)}${describeCompared(result)}.`);
  if (missed.length > liveMissed && !check.isForced) throw refuse(check, result, missed, liveMissed);
  return result;
}

/** ` 5 of 5 canaries found.`, for the end of an outcome; empty when none were asked. */
export function describeCanaries({ canaries }: Record<string, unknown>): string {
  if (!isObject(canaries)) return '';
  if (typeof canaries.problem === 'string') return ' The canaries could not be asked.';
  const [asked, missed] = [Number(canaries.asked), Number(canaries.missed)];
  if (asked === 0) return '';
  const lost = Array.isArray(canaries.lost) ? canaries.lost.length : 0;
  const since = lost > 0 ? ` ${plural(lost, 'canary is', 'canaries are')} lost: see below.` : '';
  return ` ${describeFound({ asked, missed })} found${describeCompared(canaries)}.${since}`;
}

const describeCompared = ({ compared }: { compared?: unknown }): string =>
  typeof compared === 'string' ? `; ${compared}` : '';

const comparedWithNone = 'compared with no live index';
const comparedByMeaning = 'the live index was searched by meaning only';

type Missed = { canary: Canary; now: number | null; live: number | null };

/** `live`: null without a live generation that can be searched. */
type Ranks = { draft: (number | null)[]; live: (number | null)[] | null; compared: string | null };

async function askBoth(check: CanaryCheck, canaries: Canary[]): Promise<Ranks | { problem: string }> {
  const total = canaries.length * (check.live ? 2 : 1);
  let done = 0;
  const onAsked = () => check.onProgress(++done, total);
  check.onProgress(done, total);
  try {
    const draft = await askAll(check.draft, canaries, onAsked);
    const live = await askLive(check, canaries, onAsked);
    const compared = !live ? comparedWithNone : live.isByMeaning ? comparedByMeaning : null;
    return { draft: draft.ranks, live: live?.ranks ?? null, compared };
  } catch (error) {
    if (error instanceof EmbeddingOutage) return { problem: error.message };
    throw error;
  }
}

async function askLive({ live, report }: CanaryCheck, canaries: Canary[], onAsked: () => void) {
  if (live === null) return null;
  try {
    return await askAll(live, canaries, onAsked);
  } catch (error) {
    if (error instanceof EmbeddingOutage) throw error;
    report(`The live index cannot be asked, so nothing is compared with it: ${explain(error)}`);
    return null;
  }
}

async function askAll(open: OpenSearch, canaries: Canary[], onAsked: () => void) {
  const ranks: (number | null)[] = [];
  const generation = open();
  try {
    for (const { query, kind, entity_id: id } of canaries) {
      ranks.push(rankOf(await generation.search({ query, limit: askedHits }), { kind, id }));
      onAsked();
    }
  } finally {
    generation.close();
  }
  return { ranks, isByMeaning: generation.wordsProblem !== null };
}

function refuse(
  { draftName }: Pick<CanaryCheck, 'draftName'>,
  { asked, missed: total }: CanaryResult,
  missed: Missed[],
  liveMissed: number,
) {
  const worse = [...missed].sort((one, other) => Number(isFound(other.live)) - Number(isFound(one.live)));
  const [first] = worse;
  const more = worse.length > 1 ? ` ${plural(worse.length - 1, 'other')} below.` : '';
  const message = `${draftName} misses ${total} of ${plural(asked, 'canary', 'canaries')}, the live index ${liveMissed}: ${first && describeMissed(first, true)}${more} The live index stays.`;
  return badInput(canaryMissed, message, {
    name: 'Canaries missed',
    why: `${draftName} finds fewer canaries among the first ${foundAmong} hits than the live index does.`,
    next: 'Look at the entries below. Remove a canary that is out of date, or switch anyway.',
    canaries: { asked, missed: total, live_missed: liveMissed },
    /** The argument with which another run switches anyway. */
    override: 'despite_canaries',
    problems: worse.map((one) => ({
      field: one.canary.query,
      value: nameEntry(one.canary),
      message: describeRanks(one, true),
    })),
  });
}

/** `5 of 5 canaries` */
const describeFound = ({ asked, missed }: Pick<CanaryResult, 'asked' | 'missed'>) =>
  `${asked - missed} of ${plural(asked, 'canary', 'canaries')}`;

const nameEntry = ({ kind, entity_id }: Pick<Canary, 'kind' | 'entity_id'>) => `${kind} ${entity_id}`;

/** `“pack files” wants experience E1: now place 7, place 2 in the live index.` */
const describeMissed = (missed: Missed, hasLive: boolean) =>
  `“${missed.canary.query}” wants ${nameEntry(missed.canary)}: ${describeRanks(missed, hasLive)}`;

const describeRanks = ({ now, live }: Missed, hasLive: boolean) =>
  `now ${formatRank(now)}${hasLive ? `, ${formatRank(live)} in the live index` : ''}.`;
