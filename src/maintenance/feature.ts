// Maintenance windows: they hold back jobs, or every change, until their end.
import type { Feature } from '../web/feature.ts';
import { createMaintenanceParts } from './parts.ts';

export const maintenance: Feature<ReturnType<typeof createMaintenanceParts>> = {
  name: 'maintenance',
  create: createMaintenanceParts,
  lifecycle: ({ windowClock }) => ({
    recover: windowClock.recover,
    start: windowClock.start,
    startByHand: windowClock.start,
    stop: windowClock.stop,
  }),
  holdsBack: ({ holdBack }) => holdBack,
};
