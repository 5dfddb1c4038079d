// The log: search and live follow of the lines that the log store keeps.
import type { Feature } from '../web/feature.ts';

export const log: Feature = { name: 'log', create: () => ({}) };
