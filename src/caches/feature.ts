// Caches: the contents of the caches of this process, and their flush.
import type { Feature } from '../web/feature.ts';

export const caches: Feature = { name: 'caches', create: () => ({}) };
