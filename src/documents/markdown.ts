// Renders Markdown that people write. HTML is shown as text, images are not loaded, and links lead to the web, to mail or into
// this console.
import MarkdownIt from 'markdown-it';

type Options = {
  /** In a runbook, `[Back up](op:backup)` names an operation: it is shown as a label. Elsewhere it stays as it was written. */
  hasOperations?: boolean;
};

type Markdown = InstanceType<typeof MarkdownIt>;
type Tokens = ReturnType<Markdown['parse']>;

const safeLink = /^(https?:|mailto:|#|\/(?!\/))/i;
const operation = /^op:/i;
const external = /^https?:/i;

const plain = createMarkdown(safeLink);
const ofRunbooks = createMarkdown(new RegExp(`${safeLink.source}|${operation.source}`, 'i'));

/** Returns HTML without an `h1` or `h2`, which the page has. */
export function renderMarkdown(text: string, { hasOperations = false }: Options = {}): string {
  return (hasOperations ? ofRunbooks : plain).render(text);
}

function createMarkdown(links: RegExp): Markdown {
  const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
  markdown.validateLink = (address) => links.test(address.trim());
  markdown.core.ruler.push('console', ({ tokens }) => {
    lowerHeadings(tokens);
    alignCells(tokens);
    markBoxes(tokens);
    for (const { children } of tokens) if (children) markLinks(children);
  });
  return markdown;
}

function lowerHeadings(tokens: Tokens) {
  for (const token of tokens)
    if (/^heading_/.test(token.type)) token.tag = `h${Math.min(6, Number(token.tag.slice(1)) + 2)}`;
}

/** The pages allow no inline styles. */
function alignCells(tokens: Tokens) {
  for (const token of tokens) {
    const [, side] = /^text-align:(right|center)$/.exec(String(token.attrGet('style') ?? '')) ?? [];
    if (token.attrGet('style') !== null) token.attrs = side ? [['class', side]] : null;
  }
}

/** A list item that begins with `[ ]` or `[x]` is a task. */
function markBoxes(tokens: Tokens) {
  for (const [at, { type, children }] of tokens.entries()) {
    const first = children?.[0];
    if (type !== 'inline' || tokens[at - 2]?.type !== 'list_item_open' || first?.type !== 'text') continue;
    first.content = first.content.replace(/^\[([ xX])\](?= |$)/, (_, box: string) =>
      box === ' ' ? '☐' : '☑',
    );
    if (/^[☐☑]/.test(first.content)) tokens[at - 2]?.attrJoin('class', 'task');
  }
}

/** Links do not contain each other, so each end belongs to the link before it. */
function markLinks(tokens: Tokens) {
  let isOperation = false;
  for (const token of tokens) {
    const address = String(token.attrGet('href') ?? '');
    if (token.type === 'link_open') {
      isOperation = operation.test(address);
      if (external.test(address)) token.attrSet('rel', 'noreferrer noopener');
      if (isOperation) token.attrs = [['class', 'operation-name']];
    }
    if (isOperation && /^link_/.test(token.type)) token.tag = 'span';
  }
}
