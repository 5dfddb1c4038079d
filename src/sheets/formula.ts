// A spreadsheet runs a cell like `=1+1`, some also `＝1+1`, or with blanks before it. Export puts an apostrophe before such a
// text; import takes one away.
const formula = /^'*(?:[\t\r]|[\s\p{Cc}]*[=+\-@＝＋－＠])/u;
const apostrophe = 0x27;

/** Turns a text of the library into the cell to write. */
export function guardFormula(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The same for a cell that a spreadsheet never runs, since it is a text: only what an import would take away is added. */
export function guardApostrophe(text: string): string {
  return text.charCodeAt(0) === apostrophe ? guardFormula(text) : text;
}

/** Turns a cell into the text that the library stores. */
export function readCell(cell: string): string {
  return cell.charCodeAt(0) === apostrophe && formula.test(cell) ? cell.slice(1) : cell;
}
