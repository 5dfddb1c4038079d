// Objectives: the promises of the console, and how much of each was kept.
import type { Feature } from '../web/feature.ts';
import { objectivesFact, objectivesRow } from './hub-row.ts';
import { objectivesCheck } from './objectives-check.ts';
import { createObjectiveParts } from './parts.ts';
import { registerObjectivesApi } from './web/objectives-api.ts';
import { objectivesCard } from './web/objectives-card.ts';
import { editObjectivesPage, objectivesPage, registerObjectivePages } from './web/objectives-page.ts';

export const objectives: Feature<ReturnType<typeof createObjectiveParts>> = {
  name: 'objectives',
  pages: [objectivesPage, editObjectivesPage],
  create: createObjectiveParts,
  lifecycle: ({ objectiveRecorder }) => ({
    start: objectiveRecorder.start,
    stop: objectiveRecorder.stop,
    close: objectiveRecorder.end,
  }),
  onAnswered: ({ objectiveRecorder }) => objectiveRecorder.addRequest,
  routes(app, ctx) {
    registerObjectivePages(app, ctx);
    registerObjectivesApi(app, ctx);
  },
  cards: (ctx) => [objectivesCard(ctx)],
  checks: (ctx) => [objectivesCheck(ctx)],
  hubRows: (ctx) => [objectivesRow(ctx)],
  outlook: (ctx) => [objectivesFact(ctx)],
};
