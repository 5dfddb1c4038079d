// The difference of two texts, by words, for a page: long texts are cut to the places that changed.
import { cut } from '../library/rules.ts';
import { cutTexts } from '../plan-store/cut-texts.ts';
import { showHidden } from '../sheets/hidden.ts';
import { type DiffPart, diffWords } from '../plan-store/word-diff.ts';

export type { DiffPart } from '../plan-store/word-diff.ts';

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
    const changes = left > 0 ? diffWords(from, to, Math.min(maxMs, left)) : undefined;
    left -= performance.now() - startedAt;
    return changes ? cutParts(changes) : wholeTexts(from, to);
  };
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
