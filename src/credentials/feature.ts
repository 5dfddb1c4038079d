// Credentials: key files and the embedding service, each with a check.
import type { Feature } from '../web/feature.ts';

const create = () => ({});

export const credentials: Feature = { name: 'credentials', create };
