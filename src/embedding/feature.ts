// Embedding: the embedders, the queue of entries that wait for one, and what is counted of library and queue.
import type { Feature } from '../web/feature.ts';
import { databaseCheck } from './database-check.ts';
import { createEmbeddingParts, type EmbeddingParts } from './parts.ts';

export const embedding: Feature<EmbeddingParts> = {
  name: 'embedding',
  create: createEmbeddingParts,
  checks: (ctx) => [databaseCheck(ctx)],
};
