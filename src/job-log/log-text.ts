// A line of a log for the page: without terminal escapes, with visible control characters, and the level it names.

export const levels = ['error', 'warning', 'info', 'debug'] as const;
export type Level = (typeof levels)[number];

/** Invalid UTF-8 becomes U+FFFD. Terminal escapes are removed; other control characters become visible symbols. */
export function cleanLine(bytes: Buffer): string {
  const text = new TextDecoder().decode(bytes, { stream: true });
  if (!needsCleaning.test(text)) return text;
  return text
    .replace(/\r+$/, '')
    .replace(shortEscapes, (character) => `\x1b${String.fromCodePoint(character.charCodeAt(0) - 0x40)}`)
    .replace(escapes, '')
    .replace(controls, (character) => String.fromCodePoint(0x2400 + character.charCodeAt(0)))
    .replace(/\x7f/g, '\u2421')
    .replace(hidden, '\ufffd');
}

const needsCleaning = /[^\t\x20-\x7e\xa0-\u200d\u2010-\u2029\u2030-\u2065\u206a-\uffff]/;
/** CSI and OSC sequences, and single escapes. */
const escapes = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])/g;
/** CSI, ST and OSC as one character. */
const shortEscapes = /[\x9b-\x9d]/g;
const controls = /[\x00-\x08\x0a-\x1f]/g;
/** C1 controls, and characters that change the direction of text. */
const hidden = /[\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Read from a word that loggers write, near the beginning of the line. */
export function levelOf(text: string): Level | null {
  const head = text.slice(0, 160);
  return levels.find((level) => words[level].test(head)) ?? null;
}

const words: Record<Level, RegExp> = {
  error:
    /\b(?:ERROR|FATAL|CRITICAL|PANIC|SEVERE)\b|^(?:\w+\.)*\w*(?:Error|Exception)\b:?|(?:^|[\s[])(?:error|fatal|panic)(?:\]|:)|"level":"?(?:error|fatal|50|60)\b|^Traceback \(/,
  warning:
    /\bWARN(?:ING)?\b|(?:^|[\s[])(?:warn|warning)(?:\]|:)|^\w*Warning:|"level":"?(?:warn|warning|40)\b/,
  info: /\b(?:INFO|NOTICE)\b|(?:^|[\s[])info(?:\]|:)|"level":"?(?:info|30)\b/,
  debug: /\b(?:DEBUG|TRACE)\b|(?:^|[\s[])(?:debug|trace)(?:\]|:)|"level":"?(?:debug|trace|20|10)\b/,
};

/** A search in lines that are decoded as latin1: `candidates` finds lines, `fits` decides. */
export type Wanted = { candidates: RegExp; fits(line: string): boolean };

/** Matches the text, ignoring the case of a to z. */
export function wantText(text: string): Wanted {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return { candidates: new RegExp(bytes.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'gi'), fits: () => true };
}

export function wantLevel(level: Level): Wanted {
  return { candidates: new RegExp(hints[level], 'gi'), fits: (line) => levelOf(line) === level };
}

const hints: Record<Level, string> = {
  error: 'error|fatal|critical|panic|severe|exception|traceback|"level"',
  warning: 'warn|"level"',
  info: 'info|notice|"level"',
  debug: 'debug|trace|"level"',
};

export function withoutEscapes(text: string): string {
  return text.includes('\x1b') ? text.replace(escapes, '') : text;
}
