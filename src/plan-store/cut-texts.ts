// Cuts the two texts of a change, so that the place where they differ stays in view.
import { cut } from '../library/rules.ts';

type Texts = { from: string | null; to: string | null };

const lead = 40;

/** Two long texts begin shortly before their difference. `max`: code points of each. */
export function cutTexts({ from, to }: Texts, max: number): Texts {
  const start = differenceStart(from ?? '', to ?? '', max);
  return { from: cutFrom(from, start, max), to: cutFrom(to, start, max) };
}

function differenceStart(from: string, to: string, max: number): number {
  if (Math.max(from.length, to.length) <= max) return 0;
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  if (same < max - lead) return 0;
  const isInsidePair = /[\uDC00-\uDFFF]/.test(from[same - lead] ?? '');
  return same - lead - (isInsidePair ? 1 : 0);
}

function cutFrom(text: string | null, start: number, max: number): string | null {
  if (text === null || start === 0) return text === null ? null : cut(text, max);
  return `…${cut(text.slice(start), max)}`;
}
