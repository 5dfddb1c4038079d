// Notices: browser notifications of what the news say.
import type { Feature } from '../web/feature.ts';

export const notices: Feature = {
  name: 'notices',
  create: () => ({}),
};
