// Databases: their sizes and tables, and the operations that check and compact them.
import type { Feature } from '../web/feature.ts';

export const databases: Feature = { name: 'databases', create: () => ({}) };
