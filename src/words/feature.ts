// Words: the analysis of texts, and the index that finds entries by their words.
import type { Feature } from '../web/feature.ts';

export const words: Feature = { name: 'words', create: () => ({}) };
