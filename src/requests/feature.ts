// Requests: how many, how fast and how many failed, by route.
import type { Feature } from '../web/feature.ts';

export const requests: Feature = { name: 'requests', create: () => ({}) };
