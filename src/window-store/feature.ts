// The store of maintenance windows.
import type { Feature } from '../web/feature.ts';

export const windowStore: Feature = {
  name: 'window-store',
  create: () => ({}),
};
