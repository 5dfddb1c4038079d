// Leaves out of a message what differs each time the same thing goes wrong: numbers, identifiers, quoted texts, paths and
// addresses. Codes stay, such as HTTP 404 or exit code 3.

const maxRead = 2000;
const maxLine = 200;
/** Stands for a part that was left out. */
const mark = '#';

const quoted = [
  /(?:\.{3})?"(?:[^"\\]|\\.)*"(?:\.{3})?/g,
  /`[^`]*`|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‹[^›]*›|「[^」]*」|『[^』]*』|《[^》]*》|〈[^〉]*〉|＂[^＂]*＂/g,
  /‘(?:[^’]|(?<=\p{L})’(?=\p{L}))*’/gu,
  // An apostrophe within a word is no quotation mark.
  /(?<![\p{L}\p{N}])'(?:[^']|(?<=\p{L})'(?=\p{L}))*'(?![\p{L}\p{N}])/gu,
  // A message that was cut within a quotation.
  /["“「『](?:(?!["”」』]).)*$/g,
];

const addresses = [
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s,;)\]}>，。；）]+/gi,
  /(?<=\b(?:ENOTFOUND|EAI_AGAIN|ENODATA) )[\w-]+(?:\.[\w-]+)*(?::\d+)?/g,
  /\[[0-9a-f:.]+\](?::\d+)?/gi,
  /(?<![\w:])(?:[0-9a-f]{0,4}:){2,}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4})(?::\d+)?(?![\w:])/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+|\/\d+)?\b/g,
  /(?<![\w.-])(?:localhost|[a-z][\w-]*(?:\.[\w-]+)*):\d{2,5}(?![\w:])/gi,
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
];

const inPath = String.raw`[^\s:,;()[\]{}<>"'，。；：（）]`;
const paths = [
  /** An error of another program may end with the rest of its arguments, so a path ends at the first space. */
  new RegExp(String.raw`(?<![\w./])(?:~|\.{1,2})?/${inPath}*[^\s:,;()[\]{}<>"'.，。；：（）/]/?`, 'g'),
  /\b[A-Za-z]:\\[^\s,;()<>"']+/g,
  /(?<![\w./-])(?:[\w.-]+\/)+[\w-]+\.[A-Za-z]\w{0,7}\b/g,
];

const identifiers = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b[0-9A-HJKMNP-TV-Z]{26}\b/g,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?:(?=[0-9a-f]*\d)[0-9a-f]{6,}|[0-9a-f]{16,})\b/gi,
  // Those of entries: EXP-SQL-0003.
  /\b(?!UTF-|ISO-|SHA-)[A-Z]{2,}(?:-[A-Z0-9]+)*-\d+\b/g,
];

/** Where the parser stopped, which it names without quotation marks. */
const token = /(?<=Unexpected token )\S+(?= in JSON)/g;

const units = 'ns|µs|us|ms|s|secs?|seconds?|min|minutes?|h|hours?|d|days?|[KMGT]i?B|kB|bytes?|B|%';
const code = String.raw`(?:HTTP(?:/[\d.]+)?|(?:exit |status |error )?code|(?:exit )?status|errno|signal)`;
const numbers = new RegExp(
  String.raw`(?<![A-Za-z_\p{Nd}])(?<!\b${code}[ :=]{1,2}[+-]?)[+-]?\p{Nd}+(?:[.,:T_-]\p{Nd}+)*Z?(?:[ \u00A0]?(?:${units})(?![\p{L}\p{N}_]))?`,
  'giu',
);

const varying = [...quoted, ...addresses, ...paths, ...identifiers, token, numbers];

/** The first line of the message with `#` for each part that varies, and one `#` for a list of them. */
export function blank(message: string): string {
  const [first = ''] = message
    .trimStart()
    .slice(0, maxRead)
    .split(/[\r\n]/, 1);
  const blanked = varying.reduce((line, pattern) => line.replace(pattern, mark), first);
  return blanked
    .replace(/\s+/g, ' ')
    .replace(/#(?:(?: ?[,/:;、.-] ?| (?:and|or) | )*#)+/g, mark)
    .replace(/(?<=# )[A-Za-z]{3,}(?![\w.])/g, singular)
    .trim()
    .slice(0, maxLine);
}

/** `3 hosts` and `1 host` are the same message. */
function singular(word: string): string {
  if (/(?:[^aeiou]ies|[^aeiou]y)$/.test(word)) return word.replace(/(?:ies|y)$/, 'y');
  return /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
