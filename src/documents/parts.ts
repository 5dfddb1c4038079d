// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createDocumentHtml } from './document-html.ts';
import { createDocumentRepository } from './document-repository.ts';
import { createDocuments } from './documents.ts';

export type DocumentContext = Kernel & ReturnType<typeof createDocumentParts>;

export function createDocumentParts(ctx: Context) {
  const documentRepository = createDocumentRepository(ctx.ops);
  return {
    documentRepository,
    documents: createDocuments({ ...ctx, documentRepository }),
    /** The text of a version as HTML. */
    htmlOf: createDocumentHtml(ctx.caches),
  };
}
