// Settings: their saved values, forms and pages, and the hub of all settings pages.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const settings: Feature = { name: 'settings', create };
