// Incidents with their timelines: opened by people and for errors that last, moved by guarded verbs, closed by people only.
import type { Feature } from '../web/feature.ts';
import { incidentsRow } from './hub-row.ts';
import { incidentsCheck } from './incidents-check.ts';
import { createIncidentParts } from './parts.ts';
import { registerIncidentDialogs } from './web/dialogs.ts';
import { incidentCard } from './web/incident-card.ts';
import { incidentPage, registerIncidentPage } from './web/incident-page.ts';
import { registerIncidentsApi } from './web/incidents-api.ts';
import { incidentsCard } from './web/incidents-card.ts';
import { incidentsPage, registerIncidentsPage } from './web/incidents-page.ts';
import { jobIncidentPart } from './web/job-part.ts';
import { registerOpenDialog } from './web/open-dialog.ts';

export const incidents: Feature<ReturnType<typeof createIncidentParts>> = {
  name: 'incidents',
  pages: [incidentsPage, incidentPage],
  create: createIncidentParts,
  lifecycle: ({ automatic }) => ({ start: automatic.start, stop: automatic.stop }),
  routes(app, ctx) {
    registerIncidentsPage(app, ctx);
    registerIncidentPage(app, ctx);
    registerOpenDialog(app, ctx);
    registerIncidentDialogs(app, ctx);
    registerIncidentsApi(app, ctx);
  },
  jobParts: (ctx) => [jobIncidentPart(ctx)],
  cards: (ctx) => [incidentsCard(ctx), incidentCard(ctx)],
  checks: (ctx) => [incidentsCheck(ctx)],
  hubRows: (ctx) => [incidentsRow(ctx)],
};
