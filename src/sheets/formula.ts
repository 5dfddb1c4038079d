// A spreadsheet program would run a cell like `=1+1`. Export puts one apostrophe before such a text, import
// takes one away from such a cell, so that export followed by import changes nothing.
const formula = /^'*[=+\-@\t\r]/;
const apostrophe = 0x27;

/** What is written to a sheet for a text of the library. */
export function guardFormula(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that a cell stands for. */
export function readCell(cell: string): string {
  return cell.charCodeAt(0) === apostrophe && formula.test(cell) ? cell.slice(1) : cell;
}
