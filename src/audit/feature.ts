// Audit: the pages and the API that show the audit log, and the check of its chain.
import type { Feature } from '../web/feature.ts';

export const audit: Feature = {
  name: 'audit',
  create: () => ({}),
};
