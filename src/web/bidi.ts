// Keeps the writing direction of a value to that value: a library's text may be written from right to left, or carry direction
// controls (UAX #9), which without isolation reorder the text after it.

const rightToLeft = '\\u0590-\\u08FF\\uFB1D-\\uFDFF\\uFE70-\\uFEFC\\u{10800}-\\u{10FFF}\\u{1E800}-\\u{1EFFF}';
const directed = new RegExp(`[\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069${rightToLeft}]`, 'u');
const controls = /[\u202A-\u202E\u2066-\u2069]/g;

const popEmbedding = '\u202C';
const popIsolate = '\u2069';

/** Whether the text may reorder what follows it. */
export function isDirected(text: string): boolean {
  return directed.test(text);
}

/** Ends each embedding, override and isolate that the text begins, and leaves out ends without a beginning. */
export function closeDirections(text: string): string {
  const open: string[] = [];
  const closed = text.replace(controls, (control) => {
    if (control === popEmbedding) return open.at(-1) === popEmbedding ? (open.pop() ?? '') : '';
    if (control !== popIsolate) {
      open.push(control >= '\u2066' ? popIsolate : popEmbedding);
      return control;
    }
    const at = open.lastIndexOf(popIsolate);
    return at < 0 ? '' : open.splice(at).reverse().join('');
  });
  return closed + open.reverse().join('');
}
