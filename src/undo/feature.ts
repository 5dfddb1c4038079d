// Undo: puts back what an import has changed.
import type { Feature } from '../web/feature.ts';
import { undoOperation } from './undo-operation.ts';

export const undo: Feature = { name: 'undo', operations: [undoOperation], create: () => ({}) };
