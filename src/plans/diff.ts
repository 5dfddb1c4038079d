// The difference of two texts, by words, for a page: long texts are cut to the places that changed.
import { type ChangeObject, diffArrays, diffWordsWithSpace } from 'diff';
import { cut } from '../library/rules.ts';
import { cutTexts } from '../plan-store/cut-texts.ts';
import { showHidden } from '../sheets/hidden.ts';

export type DiffPart = { kind: 'same' | 'del' | 'ins'; text: string };

const maxMs = 50;
/** Unchanged text beside a change, and the longest changed text, in characters. */
const context = 60;
const maxChanged = 400;

/** Returns a function that compares texts for one page, within `budgetMs` of blocking time; texts that would take longer are
 *  shown as a whole, old and new. */
export function createDiffs(budgetMs: number) {
  let left = budgetMs;
  return (from: string, to: string): DiffPart[] => {
    const startedAt = performance.now();
    const changes = left > 0 ? compare(from, to, Math.min(maxMs, left)) : undefined;
    left -= performance.now() - startedAt;
    return changes ? cutParts(joinParts(changes)) : wholeTexts(from, to);
  };
}

/** Letters whose words the patterns of `diff` do not know: those of other scripts, and those with marks of their own. */
const otherLetters = /(?!\p{Script=Latin})\p{L}|\p{M}/u;
let segmenter: Intl.Segmenter | null = null;

/** Undefined when it takes longer than `timeout` milliseconds. */
function compare(from: string, to: string, timeout: number): DiffPart[] | undefined {
  if (!otherLetters.test(from) && !otherLetters.test(to))
    return diffWordsWithSpace(from, to, { timeout })?.map((change) => toPart(change, change.value));
  return diffArrays(segment(from), segment(to), { timeout })?.map((change) =>
    toPart(change, change.value.join('')),
  );
}

function segment(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

function toPart(
  { added, removed }: Pick<ChangeObject<unknown>, 'added' | 'removed'>,
  text: string,
): DiffPart {
  return { kind: added ? 'ins' : removed ? 'del' : 'same', text };
}

/** Words that are changed one after the other become one change: `a b` → `c d` keeps no blank between. */
function joinParts(parts: DiffPart[]): DiffPart[] {
  const joined: DiffPart[] = [];
  let del = '';
  let ins = '';
  const flush = () => {
    if (del !== '') joined.push({ kind: 'del', text: del });
    if (ins !== '') joined.push({ kind: 'ins', text: ins });
    del = ins = '';
  };
  for (const [at, { kind, text }] of parts.entries()) {
    const isBlankBetween = text.trim() === '' && del !== '' && ins !== '' && parts[at + 1] !== undefined;
    if (kind === 'same' && !isBlankBetween) {
      flush();
      joined.push({ kind, text });
      continue;
    }
    if (kind !== 'ins') del += text;
    if (kind !== 'del') ins += text;
  }
  flush();
  return joined;
}

function cutParts(parts: DiffPart[]): DiffPart[] {
  return parts.map(({ kind, text }, at) => {
    if (kind !== 'same') return { kind, text: showHidden(cut(text, maxChanged)) };
    const head = at === 0 ? 0 : context;
    const tail = at === parts.length - 1 ? 0 : context;
    if (text.length <= head + tail + context) return { kind, text };
    return { kind, text: `${whole(text.slice(0, head))}…${whole(tail === 0 ? '' : text.slice(-tail))}` };
  });
}

/** Without halves of a surrogate pair at its ends. */
function whole(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
}

function wholeTexts(from: string, to: string): DiffPart[] {
  const texts = cutTexts({ from, to }, maxChanged);
  return [
    { kind: 'del', text: showHidden(texts.from ?? '') },
    { kind: 'ins', text: showHidden(texts.to ?? '') },
  ];
}
