// Storage: the hub of what is kept, where it lies and how it comes back.
import type { Feature } from '../web/feature.ts';
import { hubCard } from '../web/hub.ts';
import { createStorageParts } from './parts.ts';
import { registerStorageApi } from './web/api.ts';
import { registerStoragePage, storagePage } from './web/page.ts';

export const storage: Feature<ReturnType<typeof createStorageParts>> = {
  name: 'storage',
  nav: { position: 5, label: 'Storage', href: storagePage.path, key: 'b' },
  pages: [storagePage],
  create: createStorageParts,
  routes(app, ctx) {
    registerStoragePage(app, ctx);
    registerStorageApi(app, ctx);
  },
  cards: (ctx) => [hubCard(ctx, 'storage', 'Areas of storage')],
};
