// Incidents with their timelines.
import type { Feature } from '../web/feature.ts';
import { createIncidentParts } from './parts.ts';

export const incidents: Feature<ReturnType<typeof createIncidentParts>> = {
  name: 'incidents',
  create: createIncidentParts,
};
