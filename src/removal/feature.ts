// Removal: removes a category, or the entries that came from one source.
import type { Feature } from '../web/feature.ts';

export const removal: Feature = { name: 'removal', create: () => ({}) };
