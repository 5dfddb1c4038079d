/** The same text, for one that is kept: a text that was joined from parts stays these parts in V8, and each page that contains it
 *  would have to join them again. */
export function inOnePiece(text: string): string {
  return Buffer.from(text).toString();
}
