// Starts: the history of server starts, and the page about this version.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const starts: Feature = { name: 'starts', create };
