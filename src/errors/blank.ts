// Leaves out of a message what differs each time the same thing goes wrong: numbers, identifiers, quoted texts, paths and
// addresses. Codes stay, such as HTTP 404 or exit code 3.

const maxRead = 500;
const maxLine = 200;
/** Stands for a part that was left out. */
const mark = '#';

const quoted = [
  /(?:\.{3})?"(?:[^"\\]|\\.)*"(?:\.{3})?/g,
  /`[^`]*`|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‹[^›]*›|「[^」]*」|『[^』]*』|《[^》]*》|〈[^〉]*〉|＂[^＂]*＂/g,
  /‘(?:[^‘’]|(?<=\p{L})’(?=\p{L}))*’/gu,
  // An apostrophe within a word is no quotation mark.
  /(?<![\p{L}\p{N}])'(?:[^']|(?<=\p{L})'(?=\p{L}))*'(?![\p{L}\p{N}])/gu,
  // A message that was cut within a quotation.
  /["“「『](?:(?!["”」』]).)*$/g,
];

const addresses = [
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s,;)\]}>，。；）]+/gi,
  /(?<=\b(?:ENOTFOUND|EAI_AGAIN|ENODATA) )[\w-]+(?:\.[\w-]+)*(?::\d+)?/g,
  // Addresses of network cards.
  /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi,
  /\[[0-9a-f:.]+(?:%\w+)?\](?::\d+)?/gi,
  /(?<![\w:])(?:[0-9a-f]{0,4}:){2,}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?:%\w+)?(?::\d+)?(?![\w:])/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+|\/\d+)?\b/g,
  /(?<![\w.-])(?:localhost|[a-z][\w-]*(?:\.[\w-]+)*):\d{2,5}(?![\w:])/gi,
  /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
];

const inPath = String.raw`[^\s:,;()[\]{}<>"'，。；：（）]`;
const paths = [
  // On Windows. A space belongs to the path if a backslash follows its word.
  /\b[A-Za-z]:[\\/](?:[^\s,;()<>"']| (?=[^\s:\\]+\\))*/g,
  /(?<![\w\\])\\\\[\w.$-]+\\(?:[^\s,;()<>"']| (?=[^\s:\\]+\\))*/g,
  /** An error of another program may end with the rest of its arguments, so a path ends at the first space. */
  new RegExp(String.raw`(?<![\w./])(?:~|\.{1,2})?/${inPath}*[^\s:,;()[\]{}<>"'.，。；：（）/]/?`, 'g'),
];

const relative = /(?<![\w./@-])(?:[\w.-]+\/)+(?:[\w.-]*[\w-])?/g;
/** First folders of paths in messages: those of the data and of programs. */
const folders =
  /^(?:backups|build|config|data|dist|docs|exports|fixtures|home|imports|index|jobs|lib|logs|node_modules|out|public|scripts|sheets|snapshots|src|test|tests|tmp|uploads|var)$/i;
const isWord = /^[A-Za-z-]+$/;
const hasLetters = /[A-Za-z]{2}/;
const isAcronym = /^[A-Z]+$/;
const rate = /\/(?:s|sec|second|min|minute|h|hour|d|day)$/;
const mediaType = /^(?:application|audio|font|image|message|model|multipart|text|video)\//;

/** `sheets/team`, `data/x.csv`, `a/b_2` and `one/two/three` are paths. `and/or`, `km/h`, `1/2`, `TCP/IP`, `text/html` and
 *  `HTTP/1.1` are none: two plain words are alternatives, unless the first is a folder. */
function isPath(text: string): boolean {
  if (/\.[A-Za-z]\w{0,7}$/.test(text)) return true;
  if (mediaType.test(text) || rate.test(text)) return false;
  const [first = '', ...others] = text.replace(/\/$/, '').split('/');
  if (folders.test(first)) return others.length > 0;
  const parts = [first, ...others];
  if (!parts.every((part) => hasLetters.test(part)) || parts.every((part) => isAcronym.test(part)))
    return false;
  return text.endsWith('/') || parts.length > 2 || !parts.every((part) => isWord.test(part));
}

const zone = String.raw`(?: ?(?:Z|UTC|GMT)\b)?(?: ?[+-]\d{2}:?\d{2}\b)?`;
const clock = String.raw`\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?${zone}`;
const month =
  '(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)';
const times = [
  new RegExp(String.raw`\b\d{4}-\d{2}-\d{2}[T ]${clock}`, 'g'),
  new RegExp(
    String.raw`\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d{1,2}[ -]${month}|${month} \d{1,2})\b(?:,?[ -]\d{4}\b)?(?: ${clock})?`,
    'g',
  ),
  // Durations in several units: 1m30s.
  /(?<![\p{L}\p{Nd}_])(?:\d+(?:[.,]\d+)?(?:ms|min|[dhms])){2,}(?![\p{L}\p{N}_])/gu,
];

const identifiers = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b[0-9A-HJKMNP-TV-Z]{26}\b/g,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?:(?=[0-9a-f]*\d)[0-9a-f]{6,}|[0-9a-f]{16,})\b/gi,
  // Ids of entries: EXP-SQL-0003.
  /\b(?!UTF-|ISO-|SHA-)[A-Z]{2,20}(?:-[A-Z0-9]{1,20}){0,4}-\d+\b/g,
  // Tokens with a header, as JSON Web Tokens.
  /\beyJ[\w-]{8,}(?:\.[\w-]+)*/g,
  // Drawn at random: no name has both cases and several digits at this length.
  /(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d[\w-]*\d)[\w-]{20,}/g,
  // user_12345
  /(?<=[a-z]_)\d{3,}(?!\w)/g,
  // Versions.
  /\bv\d+(?:\.\d+)+(?:[-+]\w+(?:\.\w+)*)?/g,
];

/** The token at which the parser stopped, which it names without quotation marks. */
const token = /(?<=Unexpected token )\S+(?= in JSON)/g;

const units =
  'ns|[µμ]s|us|ms|s|secs?|seconds?|min|minutes?|h|hours?|d|days?|weeks?|m|[KMGT]i?B|kB|bytes?|B|%';
const code = String.raw`(?:HTTP(?:/[\d.]+)?|(?:exit |status[ _]?|error[ _]?)?code|(?:exit )?status|errno|signal)`;
const numbers = new RegExp(
  String.raw`(?<![A-Za-z_\p{Nd}])(?<!\b${code}[ :=]{1,2}[+-]?)[+-]?\p{Nd}+(?:[.,:T_-]\p{Nd}+)*(?:e[+-]?\d+(?!\w))?Z?(?:[ \u00A0]?(?:${units})(?![\p{L}\p{N}_]))?`,
  'giu',
);

const beforeRelative = [...quoted, ...times, ...addresses, ...paths];
const afterRelative = [...identifiers, token, numbers];

/** The first line of the message with `#` for each part that varies, and one `#` for a list of them. */
export function blank(message: string): string {
  const [first = ''] = message
    .trimStart()
    .slice(0, maxRead)
    .split(/[\r\n]/, 1);
  const line = replaceAll(first, beforeRelative).replace(relative, (text) => (isPath(text) ? mark : text));
  return replaceAll(line, afterRelative)
    .replace(/\s+/g, ' ')
    .replace(/#(?:(?: ?[,/:;、.-] ?| (?:and|or) | )*#)+/g, mark)
    .trim()
    .slice(0, maxLine);
}

const replaceAll = (text: string, patterns: RegExp[]) =>
  patterns.reduce((line, pattern) => line.replace(pattern, mark), text);

/** `# hosts are` and `# host is` are the same message. It is only compared: nobody reads a word that was cut. */
export function foldPlurals(line: string): string {
  return line
    .replace(/(?<=# )[A-Za-z]{3,}(?![\w.])/g, (word) => (verbs.has(word) ? word : singular(word)))
    .replace(/(?<=# (?:[A-Za-z]+ )?)(?:are|were|have|do)\b/g, (verb) => verbs.get(verb) ?? verb);
}

/** Plurals with their singulars, and these. */
const verbs = new Map([
  ['are', 'is'],
  ['were', 'was'],
  ['have', 'has'],
  ['do', 'does'],
  ...['was', 'has', 'does'].map((verb): [string, string] => [verb, verb]),
]);

function singular(word: string): string {
  if (/(?:[^aeiou]ies|[^aeiou]y)$/.test(word)) return word.replace(/(?:ies|y)$/, 'y');
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
