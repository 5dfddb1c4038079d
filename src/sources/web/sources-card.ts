import type { SharedCard } from '../../web/card.ts';
import type { SourceContext } from '../parts.ts';
import { viewSheet } from './sheet-view.ts';

/** The named sheets, with their last jobs. */
export const sourcesCard = (ctx: SourceContext): SharedCard => ({
  name: 'sources',
  host: 'sources-card',
  path: '/ui/sources/card',
  dirtyOn: ['job', 'sources'],
  load: async () => ({
    sheets: await Promise.all(ctx.sources.all().map((source) => viewSheet(ctx, source))),
  }),
});
