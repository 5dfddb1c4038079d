// Flags: declared in code, switched and shared out by percent.
import type { Feature } from '../web/feature.ts';

export const flags: Feature = { name: 'flags', create: () => ({}) };
