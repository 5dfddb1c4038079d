// Settings: their saved values, and the pages that show and change them.
import type { Feature } from '../web/feature.ts';
import { limitsRow, valuesRow } from './hub-rows.ts';
import { createSettingParts } from './parts.ts';
import { importPage } from './web/import-page.ts';
import { limitsPage } from './web/limits-page.ts';
import { registerSettingRoutes } from './web/routes.ts';
import { valuesPage } from './web/values-page.ts';

export const settings: Feature<ReturnType<typeof createSettingParts>> = {
  name: 'settings',
  pages: [limitsPage, valuesPage, importPage],
  create: createSettingParts,
  routes: registerSettingRoutes,
  hubRows: (ctx) => [limitsRow(ctx), valuesRow(ctx)],
};
