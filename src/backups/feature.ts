// Backups: sets of both databases, the index and the settings, which a restore test proves.
import type { Feature } from '../web/feature.ts';

export const backups: Feature = { name: 'backups', create: () => ({}) };
