// Settings: their saved values, forms and pages.
import type { Feature } from '../web/feature.ts';
import { createSettingParts } from './parts.ts';

export const settings: Feature<ReturnType<typeof createSettingParts>> = {
  name: 'settings',
  create: createSettingParts,
};
