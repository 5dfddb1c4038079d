// The list of webhooks, the page of one, and that of a delivery.
import type { FastifyInstance } from 'fastify';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { unknownDelivery } from '../deliveries.ts';
import { deliveryStatuses } from '../delivery.ts';
import { viewDelivery } from './delivery-view.ts';
import type { PagesContext } from './pages-context.ts';
import { type ListQuery, viewWebhook } from './webhook-view.ts';
import { viewWebhooks } from './webhooks-view.ts';

const path = '/settings/webhooks';

export const webhooksPage: Page = {
  path,
  api: '/api/v1/webhooks',
  cards: ['webhooks'],
  reloads: true,
  examples: [path],
};

export const webhookPage: Page = {
  path: `${path}/:name`,
  api: '/api/v1/webhooks/:name',
  cards: ['webhooks'],
  reloads: true,
  examples: [],
};

export const deliveryPage: Page = {
  path: `${path}/:name/deliveries/:id`,
  cards: ['webhooks'],
  reloads: true,
  examples: [],
};

const querystring = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['', ...deliveryStatuses] },
    cursor: { type: 'string', maxLength: 20 },
  },
};
const params = closedSchema({ name: { type: 'string' }, id: idSchema });
const section = '/settings';

type Listed = { Params: { name: string }; Querystring: ListQuery };
type Numbered = { Params: { name: string; id: number } };

export function registerWebhookPages(app: FastifyInstance, ctx: PagesContext) {
  app.get(path, { config: { isPage: true } }, (_request, reply) =>
    reply.sendPage({
      template: 'webhooks/webhooks-page',
      title: 'Webhooks',
      section,
      data: { list: viewWebhooks(ctx) },
    }),
  );

  /** The content of the list's host. */
  app.get('/ui/webhooks/list', (request, reply) =>
    reply.view('webhooks/list', { list: viewWebhooks(ctx), role: identityOf(request).role }),
  );

  app.get<Listed>(webhookPage.path, { config: { isPage: true }, schema: { querystring } }, (request, reply) =>
    reply.sendPage({
      template: 'webhooks/webhook-page',
      title: request.params.name,
      section,
      data: { webhook: read(request.params.name, request.query, identityOf(request).role) },
    }),
  );

  /** The content of the host of one webhook. */
  app.get<Listed>('/ui/webhooks/:name/changes', { schema: { querystring } }, (request, reply) => {
    const { role } = identityOf(request);
    return reply.view('webhooks/one-webhook', {
      webhook: read(request.params.name, request.query, role),
      role,
    });
  });

  app.get<Numbered>(deliveryPage.path, { config: { isPage: true }, schema: { params } }, (request, reply) => {
    const delivery = readDelivery(request.params);
    return reply.sendPage({
      template: 'webhooks/delivery-page',
      title: delivery.eventId,
      section,
      data: { delivery },
    });
  });

  app.get<Numbered>('/ui/webhooks/:name/deliveries/:id', { schema: { params } }, (request, reply) =>
    reply.view('webhooks/one-delivery', {
      delivery: readDelivery(request.params),
      role: identityOf(request).role,
    }),
  );

  /** A link without a filter sends empty fields, as a form does. */
  function read(name: string, { status, cursor }: ListQuery, role: Parameters<typeof viewWebhook>[3]) {
    return viewWebhook(ctx, name, { status: status || undefined, cursor: cursor || undefined }, role);
  }

  function readDelivery({ name, id }: Numbered['Params']) {
    const found = ctx.deliveries.find(id);
    if (found.webhook !== name) throw unknownDelivery(id);
    return viewDelivery(found);
  }
}
