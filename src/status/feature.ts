// Status: the hub of the state of the system.
import { plural } from '../core/format.ts';
import { integerSchema, nullable } from '../core/schemas.ts';
import type { Feature } from '../web/feature.ts';
import { defineHub } from '../web/hub-page.ts';
import { readFigures } from './figures.ts';
import { createStatusParts, type StatusContext } from './parts.ts';
import { componentsSchema, figureBody, figuresSchema } from './web/bodies.ts';
import { changesCard, monthCard, needsCard } from './web/cards.ts';
import { readComponents, viewComponents, viewFigures } from './web/live-view.ts';
import { registerStatusParts } from './web/routes.ts';

type Part = ReturnType<typeof createStatusParts>;

const hub = defineHub<Part>({
  hub: 'status',
  title: 'Status',
  template: 'status/status-page',
  cards: ['banners', 'needs', 'handover', 'month', 'changes'],
  look: ({ lookAtChecks }) => lookAtChecks(),
  view: async (ctx) => ({ figures: await viewFigures(ctx), components: viewComponents(ctx) }),
  api: {
    path: '/api/v1/status',
    summary: 'Figures, components and areas of the status.',
    facts: {
      schema: {
        open_errors: integerSchema,
        sampled_at: nullable('string'),
        figures: figuresSchema,
        components: componentsSchema,
      },
      read: readFacts,
    },
  },
});

async function readFacts(ctx: StatusContext) {
  const sample = ctx.telemetry.latest();
  return {
    open_errors: ctx.countErrors(),
    sampled_at: sample && new Date(sample.at * 1000).toISOString(),
    figures: (await readFigures(ctx)).map(figureBody),
    components: readComponents(ctx),
  };
}

export const status: Feature<Part> = {
  name: 'status',
  nav: hub.nav(4, 's'),
  navBadge: ({ countErrors }) => ({
    tone: 'bad',
    describe: (count) => plural(count, 'open error'),
    count: countErrors,
    dirtyOn: ['findings'],
  }),
  pages: [hub.page],
  create: createStatusParts,
  routes(app, ctx) {
    hub.routes(app, ctx);
    registerStatusParts(app, ctx);
  },
  cards: (ctx) => [hub.card(ctx), needsCard(ctx), monthCard(ctx), changesCard(ctx)],
};
