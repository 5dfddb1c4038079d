// Runbooks, and their runs as checklists.
import type { Feature } from '../web/feature.ts';
import { createRunbookParts } from './parts.ts';

export const runbooks: Feature<ReturnType<typeof createRunbookParts>> = {
  name: 'runbooks',
  create: createRunbookParts,
};
