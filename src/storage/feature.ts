// Storage: the hub of what is kept, where it lies and how it comes back.
import type { Feature } from '../web/feature.ts';
import { hubCard } from '../web/hub.ts';
import { registerStorageApi } from './web/api.ts';
import { registerStoragePage, storagePage } from './web/page.ts';

export const storage: Feature = {
  name: 'storage',
  nav: { position: 5, label: 'Storage', href: storagePage.path, key: 'b' },
  pages: [storagePage],
  create: () => ({}),
  routes(app, ctx) {
    registerStoragePage(app);
    registerStorageApi(app, ctx);
  },
  cards: (ctx) => [hubCard(ctx, 'storage', 'Areas of storage')],
};
