// The difference of two texts, by words, for a page.
import { type ChangeObject, diffArrays, diffWordsWithSpace } from 'diff';

export type DiffPart = { kind: 'same' | 'del' | 'ins'; text: string };

/** Letters whose words the patterns of `diff` do not know: those of other scripts, and those with marks of their own. */
const otherLetters = /(?!\p{Script=Latin})\p{L}|\p{M}/u;
let segmenter: Intl.Segmenter | null = null;

/** Undefined when it takes longer than `timeout` milliseconds. */
export function diffWords(from: string, to: string, timeout: number): DiffPart[] | undefined {
  const changes = compare(from, to, timeout);
  return changes && joinParts(changes);
}

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
