// The steps of a runbook: the lines `- [ ] …` of its text, each with the indented lines below it. A link such as
// `[Back up](op:backup?include_index=false)` makes its step one that runs this operation.

/** `title`: without Markdown. `text`: Markdown, empty if there is none. */
export type Step = { title: string; text: string; operation: StepOperation | null };

/** `label`: the words of the link. `fields`: arguments as a form sends them. */
export type StepOperation = { name: string; label: string; fields: Record<string, string> };

/** A piece of a runbook, in the order of its text: Markdown, or steps that follow each other. */
export type Part = { markdown: string } | { steps: string[] };

const stepLine = /^[-*+] \[[ xX]\][ \t]+(\S.*)$/;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const isBelow = (line: string) => /^(?: {2,}|\t)/.test(line) || line.trim() === '';

/** Steps come as their lines, which `readStep` reads. */
export function readParts(body: string): Part[] {
  const parts: Part[] = [];
  let isFenced = false;
  for (const line of body.split(/\r?\n/)) {
    const last = parts.at(-1);
    const first = isFenced ? undefined : stepLine.exec(line)?.[1];
    if (first !== undefined) {
      if (last && 'steps' in last) last.steps.push(first);
      else parts.push({ steps: [first] });
    } else if (last && 'steps' in last && isBelow(line)) {
      last.steps.push(`${last.steps.pop()}\n${line.replace(/^(?: {1,6}|\t)/, '')}`);
    } else {
      if (fence.test(line)) isFenced = !isFenced;
      if (last && 'markdown' in last) last.markdown += `\n${line}`;
      else parts.push({ markdown: line });
    }
  }
  return parts.filter((part) => 'steps' in part || part.markdown.trim() !== '').map(trimmed);
}

/** The lines of each step. */
export function readSteps(body: string): string[] {
  return readParts(body).flatMap((part) => ('steps' in part ? part.steps : []));
}

/** `source`: the lines of one step. */
export function readStep(source: string): Step {
  const [first = '', ...rest] = source.split('\n');
  return {
    title: withoutMarkdown(first),
    text: rest.join('\n').replaceAll(operationLink, '**$1**').trim(),
    operation: readOperation(source),
  };
}

// Bounded: a line of thousands of brackets is read in no more than a moment.
const operationLink = /\[([^[\]\n]{1,200})\]\(op:([^)\s]{0,500})\)/g;

/** The first link counts. */
function readOperation(source: string): StepOperation | null {
  const [found] = source.matchAll(operationLink);
  if (!found) return null;
  const [, label = '', target = ''] = found;
  const [name = '', query = ''] = target.split('?');
  return { name, label: withoutMarkdown(label), fields: Object.fromEntries(new URLSearchParams(query)) };
}

function withoutMarkdown(text: string): string {
  return text
    .replaceAll(/\[([^[\]]{1,200})\]\([^)]{0,500}\)/g, '$1')
    .replaceAll(/`([^`]+)`/g, '$1')
    .replaceAll(/\*{1,2}([^*]+)\*{1,2}/g, '$1')
    .trim();
}

function trimmed(part: Part): Part {
  return 'steps' in part ? { steps: part.steps.map((step) => step.trimEnd()) } : part;
}
