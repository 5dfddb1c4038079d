// Telemetry: samples of what the others count, their history, and /metrics.
import type { Feature } from '../web/feature.ts';
import { dataRootCheck } from './data-root-check.ts';
import { diskCheck } from './disk-check.ts';
import { databaseSizeCheck } from './database-size-check.ts';
import { createTelemetryParts } from './parts.ts';
import { lagCheck, samplerCheck } from './server-checks.ts';
import { registerTelemetryApi } from './web/api.ts';
import { addGauges } from './web/metrics.ts';

export const telemetry: Feature<ReturnType<typeof createTelemetryParts>> = {
  name: 'telemetry',
  create: createTelemetryParts,
  lifecycle: ({ telemetry }) => ({ start: telemetry.start, stop: telemetry.stop }),
  onAnswered: ({ telemetry }) => telemetry.countRequest,
  routes: registerTelemetryApi,
  checks: (ctx) => [
    dataRootCheck(ctx),
    lagCheck(ctx),
    samplerCheck({ ...ctx, steadyNow: () => performance.now() }),
    databaseSizeCheck(ctx),

    diskCheck({
      root: ctx.config.root,
      databases: [ctx.config.databasePath, ctx.config.opsDatabasePath],
      lowBytes: () => ctx.config.checks.lowDiskBytes,
      reserveBytes: () => ctx.config.diskReserveBytes,
      sampledFree: () => ctx.telemetry.latest()?.disk_free_bytes ?? null,
    }),
  ],
  metrics: addGauges,
};
