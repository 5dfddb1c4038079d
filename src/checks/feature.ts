// Checks: looks at every component, keeps what it finds, and shows it.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const checks: Feature = { name: 'checks', create };
