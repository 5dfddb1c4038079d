// A text of an entry as its page shows it: Markdown rendered, any other text as it was written.
import { renderMarkdown } from '../../documents/markdown.ts';
import { formatNumber } from '../../core/format.ts';

/** A longer text is not rendered, because rendering holds up other requests. In characters, as is the next. */
const renderedMax = 16_384;
const shownMax = 200_000;

export type ShownText = {
  /** Null when the text is shown as it was written. */
  html: string | null;
  text: string;
  /** Says that only the beginning is shown; null for a whole text. */
  cut: string | null;
};

/** Shows a text as Markdown, or as it was written. */
export function viewText(text: string, isRendered: boolean): ShownText {
  if (isRendered) return { html: renderMarkdown(text), text, cut: null };
  if (text.length <= shownMax) return { html: null, text, cut: null };
  const cut = `The first ${formatNumber(shownMax)} of ${formatNumber(text.length)} characters. The API gives the whole text.`;
  // A character of two code units is not split.
  return { html: null, text: text.slice(0, shownMax).replace(/[\uD800-\uDBFF]$/, ''), cut };
}

/** Says which texts of an entry are Markdown and short enough to be rendered. Below Markdown, a note of one line counts as such. */
export function areRendered(body: string, note: string | null): { body: boolean; note: boolean } {
  const isBody = isMarkdown(body);
  const isNote = note !== null && (isMarkdown(note) || (isBody && !note.trim().includes('\n')));
  return {
    body: isBody && body.length <= renderedMax,
    note: isNote && note.length <= renderedMax,
  };
}

const fence = /^ {0,3}(```|~~~)/m;
const heading = /^ {0,3}#{1,6} +\S.*\r?\n(?:[ \t]*\r?\n|[-*>] )/m;
const item = /^ {0,3}(?:[-*+]|\d{1,3}[.)]) +\S/;

/** A code block, a heading with a blank line or a list below it, or a list of two items. Other marks occur in commands, too:
 *  `#` begins a comment, and `*` and `_` are parts of names. */
function isMarkdown(text: string): boolean {
  if (fence.test(text) || heading.test(text)) return true;
  const lines = text.split('\n');
  return lines.filter((line) => item.test(line)).length >= 2;
}
