// Maintenance windows: they hold operations or actions off until their end.
import type { Feature } from '../web/feature.ts';

export const maintenance: Feature = {
  name: 'maintenance',
  create: () => ({}),
};
