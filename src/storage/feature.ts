// Storage: the hub of what is kept, where it lies and how it comes back.
import { viewRun } from '../backups/run-view.ts';
import type { Feature } from '../web/feature.ts';
import { defineHub } from '../web/hub-page.ts';
import { createStorageParts } from './parts.ts';

type Part = ReturnType<typeof createStorageParts>;

const hub = defineHub<Part>({
  hub: 'storage',
  title: 'Storage',
  template: 'storage/storage-page',
  cards: ['disk'],
  async look({ measureDiskAgain, lookAtBackups }) {
    measureDiskAgain();
    await lookAtBackups();
  },
  view: (ctx) => ({ backup: viewRun(ctx, 'backup') }),
  api: { path: '/api/v1/storage', summary: 'The areas of storage, each with one sentence.' },
});

export const storage: Feature<Part> = {
  name: 'storage',
  nav: hub.nav(5, 'b'),
  pages: [hub.page],
  create: createStorageParts,
  routes: hub.routes,
  cards: (ctx) => [hub.card(ctx)],
};
