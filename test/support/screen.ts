// The selectors of the pages, named once, so that tests contain no CSS.
import { type HTMLElement, type Node, TextNode } from 'node-html-parser';

export const card = {
  figures: '#ops-figures',
  banners: '#ops-banners',
  controls: '#ops-controls-card',
  jobs: '#ops-jobs-card',
  workers: '#ops-workers-card',
  queue: '#ops-queue-card',
  index: '#ops-index-card',
};

/** The text of an element, with one space between elements and none before a comma; throws when it is missing. */
export function textOf(html: HTMLElement, selector: string): string {
  const node = html.querySelector(selector);
  if (!node) throw new Error(`there is no ${selector}`);
  return textsOf(node).join(' ').replace(/\s+/g, ' ').replaceAll(' ,', ',').trim();
}

function textsOf(node: Node): string[] {
  return node instanceof TextNode ? [node.text] : node.childNodes.flatMap(textsOf);
}

/** The content of a card's host, as the stream sends it. */
export function insideOf(page: string, host: string): string {
  const start = page.indexOf(`<div id="${host}"`);
  const from = page.indexOf('>', start) + 1;
  let depth = 1;
  for (const tag of page.slice(from).matchAll(/<(\/?)div\b/g)) {
    depth += tag[1] ? -1 : 1;
    if (depth === 0) return page.slice(from, from + tag.index);
  }
  throw new Error(`there is no ${host}`);
}

export function operationRow(name: string): string {
  return `#op-${name}`;
}

export function jobRow(number: number): string {
  return `#job-${number}`;
}

/** The messages below fields, by the name of the field. */
export function fieldProblems(html: HTMLElement): Record<string, string> {
  const problems = html.querySelectorAll('[aria-invalid="true"]').map((input) => {
    const ids = input.getAttribute('aria-describedby')?.split(' ') ?? [];
    const id = ids.find((name) => name.endsWith('-problem'));
    return [input.getAttribute('name') ?? '', id ? textOf(html, `#${id}`) : ''];
  });
  return Object.fromEntries(problems);
}
