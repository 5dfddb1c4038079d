import type { SharedCard } from '../../web/card.ts';
import { handoverKey } from '../document.ts';
import type { DocumentContext } from '../parts.ts';
import { documentUrl, editUrl } from './document-url.ts';

/** The note that says who looks after this machine: its on-call roster. */
export const handoverCard = ({
  documents,
  htmlOf,
}: Pick<DocumentContext, 'documents' | 'htmlOf'>): SharedCard => ({
  name: 'handover',
  template: 'documents/handover-card',
  host: 'handover-card',
  path: '/ui/documents/handover',
  dirtyOn: ['documents'],
  load() {
    const note = documents.peek(handoverKey);
    const { owner, by, at, version } = note ?? {};
    return {
      editUrl: editUrl(handoverKey),
      note: note && { owner, by, at, version, html: htmlOf(note), href: documentUrl(handoverKey) },
    };
  },
});
