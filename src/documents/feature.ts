// Documents with versions: runbooks, post-mortems and the handover note.
import type { Feature } from '../web/feature.ts';
import { documentsRow } from './hub-row.ts';
import { createDocumentParts } from './parts.ts';
import { documentPage, registerDocumentPages } from './web/document-pages.ts';
import { registerDocumentsApi } from './web/documents-api.ts';
import { documentsPage, registerDocumentsPage } from './web/documents-page.ts';
import { editPage, newPage, registerEditPages } from './web/edit-pages.ts';
import { handoverCard } from './web/handover-card.ts';

export const documents: Feature<ReturnType<typeof createDocumentParts>> = {
  name: 'documents',
  pages: [documentsPage, newPage, documentPage, editPage],
  create: createDocumentParts,
  routes(app, ctx) {
    registerDocumentsPage(app, ctx);
    registerDocumentPages(app, ctx);
    registerEditPages(app, ctx);
    registerDocumentsApi(app, ctx);
  },
  cards: (ctx) => [handoverCard(ctx)],
  hubRows: (ctx) => [documentsRow(ctx)],
};
