// A hub as its feature declares it: a page, the JSON twin and the card of its rows.
import type { FastifyInstance } from 'fastify';
import type { Kernel } from '../core/kernel.ts';
import { objectSchema, refusals } from '../core/schemas.ts';
import type { NavItem, Page } from './feature.ts';
import { type Hub, hubBody, hubCard, hubRowSchema } from './hub.ts';
import { identityOf } from './identify.ts';

type HubPage<Part> = {
  hub: Hub;
  title: string;
  template: string;
  /** The cards of its page besides the one of its rows. */
  cards: string[];
  /** Looks at what may have changed, before the rows are read for the page or its JSON twin. */
  look?(ctx: Kernel & Part): Promise<void>;
  /** Gives what its page shows besides its cards. */
  view?(ctx: Kernel & Part): object | Promise<object>;
  /** Its JSON twin; `facts` stand beside the rows. */
  api: {
    path: string;
    summary: string;
    facts?: { schema: Record<string, object>; read(ctx: Kernel & Part): object | Promise<object> };
  };
};

export function defineHub<Part extends object>(declared: HubPage<Part>) {
  const { hub, title, api, cards } = declared;
  const page: Page = { path: `/${hub}`, api: api.path, cards: [hub, ...cards], examples: [`/${hub}`] };
  return {
    page,
    nav: (position: number, key: string): NavItem => ({ position, label: title, href: page.path, key }),
    card: (ctx: Kernel) => hubCard(ctx, hub, `Areas of ${hub}`),

    routes(app: FastifyInstance, ctx: Kernel & Part) {
      registerPage(app, ctx, page, declared);
      registerApi(app, ctx, declared);
    },
  };
}

function registerPage<Part>(
  app: FastifyInstance,
  ctx: Kernel & Part,
  { path }: Page,
  { hub, title, template, cards, look, view }: HubPage<Part>,
) {
  app.get(path, { config: { isPage: true } }, async (request, reply) => {
    await look?.(ctx);
    const loaded = cards.map(async (name) => [name, await request.loadCard(name)]);
    return reply.sendPage({
      template,
      title,
      section: path,
      data: {
        areas: await request.loadCard(hub),
        ...Object.fromEntries(await Promise.all(loaded)),
        ...(await view?.(ctx)),
      },
    });
  });
}

function registerApi<Part>(app: FastifyInstance, ctx: Kernel & Part, { hub, api, look }: HubPage<Part>) {
  const { path, summary, facts } = api;
  const items = { type: 'array', items: hubRowSchema };
  const schema = { summary, response: { 200: objectSchema({ ...facts?.schema, items }), ...refusals } };
  app.get(path, { schema }, async (request) => {
    await look?.(ctx);
    return {
      ...(await facts?.read(ctx)),
      items: await hubBody(ctx, hub, identityOf(request).role),
    };
  });
}
