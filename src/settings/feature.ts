// Settings: their saved values, forms and pages.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const settings: Feature = { name: 'settings', create };
