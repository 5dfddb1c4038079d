// Errors in groups, with what people decided on them.
import type { Feature } from '../web/feature.ts';

export const errors: Feature = { name: 'errors', create: () => ({}) };
