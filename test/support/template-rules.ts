// The format rules of templates. test/templates.test.ts applies them to views, and tests each rule.
import fs from 'node:fs';
import path from 'node:path';

const maxWidth = 110;
/** Elements that may share a line, as in a sentence. */
const inline = new Set('a abbr b br code del em i ins kbd mark small span strong time'.split(' '));
const empty = new Set('br input link meta'.split(' '));

/** An attribute with an address that does not go through `url()`, which adds the base path. */
const address = /\b(href|action|formaction|src|hx-get|hx-post|sse-connect)="\//;

type Problem = { line: number; problem: string };

/** Problems such as `jobs/row.eta:12: ends with a blank`, for every template below the folder. */
export function templateProblems(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .filter((name) => name.endsWith('.eta'))
    .flatMap((name) => {
      const template = fs.readFileSync(path.join(folder, name), 'utf8');
      const tokens = readTokens(template);
      const problems = [checkLines(template, tokens), checkElements(tokens), checkCode(tokens)];
      return [...problems.flat(), ...checkDetails(template), ...checkSpaces(template)]
        .sort((one, other) => one.line - other.line)
        .map(({ line, problem }) => `${name}:${line}: ${problem}`);
    });
}

/** `start` is a tag up to its name, `bracket` ends that tag, `close` is the end tag of an element. */
type Token = {
  kind: 'code' | 'start' | 'bracket' | 'close' | 'quoted';
  text: string;
  line: number;
  /** Whether only blanks precede it in its line. */
  isFirst: boolean;
  /** How many indentation levels it ends, and then begins. */
  ends: number;
  begins: number;
};

const inContent = /<%[\s\S]*?%>|<\/[a-z][\w-]*>|<[a-z][\w-]*/g;
const inTag = /<%[\s\S]*?%>|\/?>|"(?:<%[\s\S]*?%>|[^"])*"|'(?:<%[\s\S]*?%>|[^'])*'/g;

function readTokens(template: string): Token[] {
  const tokens: Token[] = [];
  let tag: string | null = null;
  for (let at = 0; ; ) {
    const pattern: RegExp = tag === null ? inContent : inTag;
    pattern.lastIndex = at;
    const found = pattern.exec(template);
    if (!found) return tokens;
    at = pattern.lastIndex;
    const [text] = found;
    const before = template.slice(0, found.index);
    const add = (kind: Token['kind'], ends: number, begins: number) =>
      tokens.push({ kind, text, ends, begins, line: countLines(before), isFirst: /(^|\n) *$/.test(before) });
    if (text.startsWith('<%')) add('code', /^<%\s*\}/.test(text) ? 1 : 0, /\{\s*%>$/.test(text) ? 1 : 0);
    else if (text.startsWith('</')) add('close', 1, 0);
    else if (text.startsWith('<')) {
      add('start', 0, 1);
      tag = text.slice(1);
    } else if (text.endsWith('>')) {
      add('bracket', 1, text === '>' && !empty.has(tag ?? '') ? 1 : 0);
      tag = null;
    } else add('quoted', 0, 0);
  }
}

/** A line break beside a tag is left out of the page, so that the words around it would run together. */
const runTogether =
  /[^\s>]\n *<(?:a|b|code|em|i|kbd|strong)\b|<\/(?:a|b|code|em|i|kbd|strong)>\n *[\p{L}\p{N}]/gu;

function checkSpaces(template: string): Problem[] {
  return [...template.matchAll(runTogether)].map(({ index }) => ({
    line: countLines(template.slice(0, index)),
    problem: "lacks <%= ' ' %> between two words at its end",
  }));
}

const countLines = (text: string) => text.split('\n').length;

/** Checks the width, and two blanks of indentation for each enclosing element, tag and code block. */
function checkLines(template: string, tokens: Token[]): Problem[] {
  const inside = new Set(
    tokens.flatMap(({ text, line }) =>
      Array.from({ length: countLines(text) - 1 }, (_, at) => line + at + 1),
    ),
  );
  let level = 0;
  return template.split('\n').flatMap((text, at) => {
    const line = at + 1;
    const own = tokens.filter((token) => token.line === line);
    const wanted = 2 * (level - (own[0]?.isFirst ? own[0].ends : 0));
    const given = text.length - text.trimStart().length;
    level += own.reduce((sum, { ends, begins }) => sum + begins - ends, 0);
    const problems = [
      ...(text.length > maxWidth ? [`is wider than ${maxWidth} columns`] : []),
      ...(/\s$/.test(text) ? ['ends with a blank'] : []),
      ...(address.test(text) ? ['writes an address without url()'] : []),
      ...(text !== '' && given !== wanted && !inside.has(line)
        ? [`is indented by ${given}, not ${wanted}`]
        : []),
    ];
    return problems.map((problem) => ({ line, problem }));
  });
}

/** One element a line: block elements begin their line, and a line ends at most one of them. */
function checkElements(tokens: Token[]): Problem[] {
  const isBlock = ({ text }: Token) => !inline.has(text.replace(/[</>]/g, ''));
  const starts = tokens.filter((token) => token.kind === 'start' && isBlock(token) && !token.isFirst);
  const closes = tokens.filter((token) => token.kind === 'close' && isBlock(token));
  const seconds = closes.filter(({ line }, at) => closes[at - 1]?.line === line);
  return [
    ...starts.map(({ line, text }) => ({ line, problem: `${text}> does not begin the line` })),
    ...seconds.map(({ line, text }) => ({ line, problem: `${text} is not the only end in the line` })),
  ];
}

/** Details without an id may be closed by a swap of their card, because the browser cannot recognise them. */
function checkDetails(template: string): Problem[] {
  return [...template.matchAll(/<details[\s\S]*?<summary/g)]
    .filter(([text]) => !/\sid="/.test(text))
    .map(({ index }) => ({
      line: countLines(template.slice(0, index)),
      problem: '<details> has no id',
    }));
}

/** Functions that return HTML. */
const htmlFunctions = /^<%~ (needs|uploadNeeds|linkTo|dialogLink|exact|focusProblem)\(/;

/** Only the first statement unpacks `it`, except for the role; there is no nested choice and no raw output. */
function checkCode(tokens: Token[]): Problem[] {
  const codes = tokens.flatMap((token) =>
    token.kind === 'quoted' ? codesIn(token) : token.kind === 'code' ? [token] : [],
  );
  return codes.flatMap(({ text, line }) => {
    const isUnpacking = line === 1 && /^<%\s+const \{[^=]*\} = it\s+%>$/.test(text);
    const rest = text
      .replace(/'[^']*'/g, "''")
      .replace(/(layout|include)\((.*), it\)/, '$1($2)')
      .replace(/\bit\.role\b/, '');
    const problems = [
      ...(!isUnpacking && /\bit\b/.test(rest) ? ['reads `it` after the first line'] : []),
      ...((rest.match(/ \? /g) ?? []).length > 1 ? ['has a choice within a choice'] : []),
      ...(isRaw(text) ? ['outputs raw text that is not an include'] : []),
    ];
    return problems.map((problem) => ({ line, problem }));
  });
}

function isRaw(code: string): boolean {
  return (
    /^<%~/.test(code) &&
    !/^<%~ (include\(|body |rendered |nav |everywhere |(?:\w+\.)?html )/.test(code) &&
    !htmlFunctions.test(code)
  );
}

function codesIn({ text, line }: Token) {
  return [...text.matchAll(/<%[\s\S]*?%>/g)].map(({ 0: code }) => ({ text: code, line }));
}
