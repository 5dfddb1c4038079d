// Traces: where the time of requests, jobs and statements goes.
import type { Feature } from '../web/feature.ts';

export const traces: Feature = { name: 'traces', create: () => ({}) };
