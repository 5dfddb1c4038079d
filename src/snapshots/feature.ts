// Snapshots: the portable ZIP of an index generation, downloaded here and installed elsewhere.
import type { Feature } from '../web/feature.ts';
import { createSnapshotParts } from './parts.ts';
import { indexCard } from './web/index-card.ts';
import { registerSnapshotRoutes } from './web/pages.ts';

export const snapshots: Feature<ReturnType<typeof createSnapshotParts>> = {
  name: 'snapshots',
  create: createSnapshotParts,
  lifecycle: ({ uploads }) => ({ start: uploads.start, stop: uploads.stop }),
  routes: registerSnapshotRoutes,
  cards: (ctx) => [indexCard(ctx)],
};
