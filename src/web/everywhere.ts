// The cards above the content of every page. Every page has them and they seldom change, so their HTML is kept for each role.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Bus } from '../core/bus.ts';
import type { Role } from '../core/role.ts';
import type { Cards } from './cards.ts';
import { identityOf } from './identify.ts';

export type RenderEverywhere = (request: FastifyRequest) => Promise<string>;

export function createEverywhereRenderer(
  app: FastifyInstance,
  { everywhere, events }: Cards,
  bus: Bus,
): RenderEverywhere {
  const topics = everywhere.map(({ name }) => name).join(',');
  const rendered = new Map<Role, Promise<string>>();
  for (const event of events)
    if (everywhere.some((card) => card.isDirtiedBy(event, undefined))) bus.on(event, () => rendered.clear());

  return (request) => {
    const { role } = identityOf(request);
    const known = rendered.get(role) ?? render(request, role);
    rendered.set(role, known);
    return known;
  };

  async function render(request: FastifyRequest, role: Role): Promise<string> {
    try {
      const hosts = await Promise.all(
        everywhere.map(async ({ name }) => ({ name, ...(await request.loadCard(name)) })),
      );
      // An error card is for this page only.
      if (hosts.some(({ template }, at) => template !== everywhere[at]?.template)) rendered.delete(role);
      return await app.view('shared/everywhere', { hosts, topics, role });
    } catch (error) {
      rendered.delete(role);
      throw error;
    }
  }
}
