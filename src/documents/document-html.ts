// The rendered texts of documents. A version never changes, so it is rendered once.
import { type Caches, ofText } from '../core/cache.ts';
import type { DocumentVersion } from './document.ts';
import { renderMarkdown } from './markdown.ts';

export function createDocumentHtml(caches: Caches) {
  const kept = caches.create<string>('documents', {
    ...ofText,
    reads: 'viewer',
    about: 'The rendered texts of runbooks, post-mortems and notes.',
    entries: 200,
    bytes: 8 * 1024 * 1024,
  });
  return ({ kind, slug, version, at, body }: DocumentVersion): string => {
    // The time, too: a history that was restored may have another text of that number.
    const key = `${kind}/${slug} ${version} ${at}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const html = renderMarkdown(body, { hasOperations: kind === 'runbook' });
    kept.set(key, html);
    return html;
  };
}
