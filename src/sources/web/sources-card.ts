import type { SharedCard } from '../../web/card.ts';
import { judgeAll } from '../health.ts';
import type { SourceContext } from '../parts.ts';
import { viewSheet } from './sheet-view.ts';

/** The named sheets, with their health and their last jobs. */
export const sourcesCard = (ctx: SourceContext): SharedCard => ({
  name: 'sources',
  host: 'sources-card',
  path: '/ui/sources/card',
  dirtyOn: ['job', 'sources', 'schedules', 'settings'],
  async load() {
    const sheets = await Promise.all(ctx.sources.all().map((source) => viewSheet(ctx, source)));
    return { sheets, overall: judgeAll(sheets.map(({ health }) => health)) };
  },
});
