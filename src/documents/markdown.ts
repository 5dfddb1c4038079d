// Renders Markdown that people write. HTML is shown as text, images are not loaded, and links lead to the web, to mail or into
// this console.
import MarkdownIt from 'markdown-it';

const safeLink = /^(https?:|mailto:|#|\/(?!\/))/i;

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image');
markdown.validateLink = (address) => safeLink.test(address.trim());

/** Returns HTML. */
export function renderMarkdown(text: string): string {
  return markdown.render(text);
}
