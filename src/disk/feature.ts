// Disk: which parts of the data take how much of it, how fast they grow, and when it will be full.
import type { Feature } from '../web/feature.ts';
import { diskForecastCheck } from './disk-forecast-check.ts';
import { createDiskParts } from './parts.ts';
import { registerDiskApi } from './web/disk-api.ts';
import { diskCard } from './web/disk-card.ts';
import { diskRow } from './web/hub-row.ts';

export const disk: Feature<ReturnType<typeof createDiskParts>> = {
  name: 'disk',
  create: createDiskParts,
  lifecycle: ({ diskUse }) => ({ start: diskUse.start, stop: diskUse.stop }),
  routes: registerDiskApi,
  cards: (ctx) => [diskCard(ctx)],
  checks: (ctx) => [diskForecastCheck(ctx)],
  hubRows: (ctx) => [diskRow(ctx)],
};
