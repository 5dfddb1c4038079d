// Activity: the hub of what has happened.
import type { Feature } from '../web/feature.ts';

export const activity: Feature = {
  name: 'activity',
  create: () => ({}),
};
