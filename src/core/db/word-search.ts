// Conditions of SQL that find a word in a column, ignoring case.

/** True for a row whose column contains the word of that parameter, which `containing` made. */
export const like = (column: string, name: string) => `${column} LIKE @${name} ESCAPE '\\'`;

/** Null, which nothing is like, for a text with the character of code 0: SQLite reads a pattern only up to it. */
export const containing = (text: string) =>
  text.includes('\0') ? null : `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** The same in a column of JSON. */
export const containingInJson = (text: string) => containing(JSON.stringify(text).slice(1, -1));
