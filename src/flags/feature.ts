// Flags: declared in code, switched and shared out by percent.
import type { Feature } from '../web/feature.ts';
import { flagsRow } from './hub-row.ts';
import { createFlagParts } from './parts.ts';
import { registerFlagsApi } from './web/flags-api.ts';
import { flagsPage, registerFlagsPage } from './web/flags-page.ts';

export const flags: Feature<ReturnType<typeof createFlagParts>> = {
  name: 'flags',
  pages: [flagsPage],
  create: createFlagParts,
  lifecycle: ({ noteKnown, settled }) => ({
    start: noteKnown,
    async close() {
      await settled();
    },
  }),
  routes(app, ctx) {
    registerFlagsApi(app, ctx);
    registerFlagsPage(app, ctx);
  },
  hasStream:
    ({ isOn }) =>
    (browser) =>
      isOn('live-updates', browser),
  hubRows: (ctx) => [flagsRow(ctx)],
};
