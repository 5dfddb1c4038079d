// Checks: looks at every component, keeps what it finds, and shows it.
import type { Feature } from '../web/feature.ts';
import { installationChecks } from './installation/installation-checks.ts';
import { createCheckParts } from './parts.ts';
import { streamCheck } from './stream-check.ts';
import { registerChecksApi } from './web/api.ts';
import { registerHealth } from './web/health.ts';

export const checks: Feature<ReturnType<typeof createCheckParts>> = {
  name: 'checks',
  create: createCheckParts,
  lifecycle: ({ checker }) => ({ start: checker.start, catchUp: checker.confirm, stop: checker.stop }),
  routes(app, ctx) {
    registerHealth(app, ctx);
    registerChecksApi(app, ctx);
  },
  checks: (ctx) => [streamCheck(ctx), ...installationChecks(ctx.config)],
};
