// The names of uploaded files: safe on disk, and short for people.

const maxLength = 120;
/** Separators, controls, and characters that reorder or hide text. */
const unsafe = /[/\\\p{C}\p{Zl}\p{Zp}]/gu;

/** The name without folders and unsafe characters, its ending kept; `sheet` for one of which nothing is left. */
export function fileNameOf(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const name = last
    .normalize('NFC')
    .replace(unsafe, '')
    .replace(/^[\s.]+/, '')
    .trim();
  const characters = [...name];
  if (characters.length <= maxLength) return name || 'sheet';
  return [...characters.slice(0, maxLength - 10), ...characters.slice(-10)].join('');
}

/** `library.xlsx`, or `categories.csv and 2 more`. */
export function nameUpload([first = '', ...others]: string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
