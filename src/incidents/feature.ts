// Incidents with their timelines: opened by people and for errors that last, moved by guarded verbs, closed by people only.
import type { Feature } from '../web/feature.ts';
import { incidentsRow } from './hub-row.ts';
import { incidentsCheck } from './incidents-check.ts';
import { createIncidentParts } from './parts.ts';

export const incidents: Feature<ReturnType<typeof createIncidentParts>> = {
  name: 'incidents',
  create: createIncidentParts,
  lifecycle: ({ automatic }) => ({ start: automatic.start, stop: automatic.stop }),
  checks: (ctx) => [incidentsCheck(ctx)],
  hubRows: (ctx) => [incidentsRow(ctx)],
};
