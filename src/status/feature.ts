// Status: the hub of what the state of the system is.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const status: Feature = { name: 'status', create };
