// Documents with versions: runbooks, post-mortems and the handover note.
import type { Feature } from '../web/feature.ts';
import { createDocumentParts } from './parts.ts';

export const documents: Feature<ReturnType<typeof createDocumentParts>> = {
  name: 'documents',
  create: createDocumentParts,
};
