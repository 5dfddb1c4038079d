// Characters that cannot be seen, or that change how others are shown: controls, zero-width and direction characters, and
// white space other than a plain space. They are shown by their code points, so that a person can find them.
import { withoutUnseen } from '../core/unseen.ts';

/** Not a tab or line end, which a cell may have. */
const hidden = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Marks of the letters before them, as in decomposed Unicode. */
export const marks = /\p{M}/gu;

/** `title\u00A0` becomes `title<U+00A0>`. */
export function showHidden(text: string, pattern = hidden): string {
  return text.replace(pattern, (character) => {
    const point = character.codePointAt(0) ?? 0;
    return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** Whether a person sees nothing in it. */
export function isUnseen(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && withoutUnseen(text) === '';
}

/** A blank line, or a row of cells in which nothing can be seen. A NUL is not overlooked. */
export function isBlank(record: string[]): boolean {
  return record.every((cell) => isUnseen(cell) && !cell.includes('\0'));
}

const lineEnd = /\r\n?|[\v\f\u0085\u2028\u2029]/g;

/** Names what alone differs when a person sees the same in both texts; null when they see the difference. */
export function hiddenDifference(from: string, to: string): string | null {
  const [fromLines, toLines] = [from.replace(lineEnd, '\n'), to.replace(lineEnd, '\n')];
  if (fromLines === toLines) return 'line endings';
  if (from.normalize() === to.normalize()) return 'Unicode form';
  if (fromLines.normalize() === toLines.normalize()) return 'line endings and Unicode form';
  const isSeen = withoutUnseen(from.normalize()) !== withoutUnseen(to.normalize());
  return isSeen ? null : 'spaces or hidden characters';
}
