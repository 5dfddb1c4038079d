// Serves the partial of each card at its declared address, and loads the cards of pages.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.ts';
import { isRecordCard } from './card.ts';
import type { Cards, OpenCard } from './cards.ts';
import { identityOf } from './identify.ts';
import { logError } from './log-error.ts';

type LoadedCard = { template: string; data: Record<string, unknown> };

declare module 'fastify' {
  interface FastifyRequest {
    /** A card with its data, for `shared/host`. A card that cannot be loaded is replaced by an error card. */
    loadCard(name: string): Promise<LoadedCard>;
    /** The data of a card that the page requires; throws the error of its load. */
    cardData(topic: string): Promise<Record<string, unknown>>;
  }
}

export function registerCards(app: FastifyInstance, cards: Cards) {
  app.decorateRequest('loadCard', function (name) {
    return loadOrExplain(this, find(name));
  });

  app.decorateRequest('cardData', (topic) => cards.load(find(topic)));

  for (const card of cards.declared) {
    const config = { isCard: true, ...(card.reads ? { reads: card.reads } : {}) };
    if (isRecordCard(card)) {
      app.get<{ Params: { number?: string; name?: string } }>(
        card.path,
        { config },
        async (request, reply) => {
          reply.type('text/html; charset=utf-8');
          const topic = `${card.name}-${request.params.number ?? request.params.name}`;
          const open = cards.find(topic);
          if (!open)
            throw new AppError('not_found', `There is no card ${JSON.stringify(topic.slice(0, 60))}.`);
          return cards.render(open, identityOf(request).role);
        },
      );
    } else {
      app.get(card.path, { config }, async (request, reply) => {
        const { template, data, isAvailable } = await loadOrExplain(request, find(card.name));
        return reply.code(isAvailable ? 200 : 500).view(template, data);
      });
    }
  }

  function find(topic: string): OpenCard {
    const card = cards.find(topic);
    if (!card) throw new Error(`There is no card ${topic}.`);
    return card;
  }

  /** An error card replaces a card that cannot be loaded, and the others are unaffected. */
  async function loadOrExplain(request: FastifyRequest, card: OpenCard) {
    const { name, template, host, path } = card;
    try {
      return { template, data: await cards.load(card), isAvailable: true };
    } catch (error) {
      logError(request, error, 'a card could not be loaded', { card: name });
      const data = { name, requestId: request.id, card: { host, path } };
      return { template: 'shared/unavailable', data, isAvailable: false };
    }
  }
}
