// The cards above the content of every page. Every page has them and they seldom change, so their HTML is kept for each role.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Bus } from '../core/bus.ts';
import type { Cache } from '../core/cache.ts';
import { type Role, roles } from '../core/role.ts';
import type { Cards } from './cards.ts';
import { identityOf } from './identify.ts';

export type RenderEverywhere = (request: FastifyRequest) => Promise<string>;

export function createEverywhereRenderer(
  app: FastifyInstance,
  { everywhere, events }: Cards,
  { bus, kept }: { bus: Bus; kept: Cache<string> },
): RenderEverywhere {
  const topics = everywhere.map(({ name }) => name).join(',');
  const keyOf = (role: Role) => `top ${role}`;
  const forget = () => {
    for (const role of roles) kept.delete(keyOf(role));
  };
  for (const event of events)
    if (everywhere.some((card) => card.isDirtiedBy(event, undefined))) bus.on(event, forget);

  return (request) => {
    const { role } = identityOf(request);
    return kept.through(keyOf(role), () => render(request, role));
  };

  async function render(request: FastifyRequest, role: Role): Promise<string> {
    const hosts = await Promise.all(
      everywhere.map(async ({ name }) => ({ name, ...(await request.loadCard(name)) })),
    );
    // An error card is for this page only.
    if (hosts.some(({ template }, at) => template !== everywhere[at]?.template)) kept.delete(keyOf(role));
    return app.view('shared/everywhere', { hosts, topics, role });
  }
}
