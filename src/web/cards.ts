// Every card there is, and the one way to load and render one.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Services } from './services.ts';
import { words } from './words.ts';
import { bannersCard } from '../dashboard/web/banners-card.ts';
import type { Card } from './card.ts';
import { controlsCard } from '../operations/web/controls-card.ts';
import { figuresCard } from '../dashboard/web/figures-card.ts';
import { indexCard } from '../snapshots/web/index-card.ts';
import { jobCard } from '../jobs/web/job-card.ts';
import { logCard } from '../jobs/web/log-card.ts';
import { jobChangesCard } from '../jobs/web/job-changes-card.ts';
import { jobsCard } from '../jobs/web/jobs-card.ts';
import { queueCard } from '../queue/web/queue-card.ts';
import { rowsCard } from '../jobs/web/rows-card.ts';
import { workersCard } from '../workers/web/workers-card.ts';

export const dashboardCards: Card[] = [
  figuresCard,
  bannersCard,
  controlsCard,
  jobsCard,
  workersCard,
  queueCard,
  indexCard,
];

const ofJob = { job: jobCard, log: logCard, rows: rowsCard };

/** By event name; `job-412` names the card of that job, `log-412` that of its log, `rows-412` that of
 *  its result rows. */
export function findCard(name: string): Card | null {
  const [, kind, number] = /^(job|log|rows)-(\d{1,15})$/.exec(name) ?? [];
  if (number) return ofJob[kind as keyof typeof ofJob](Number(number));
  if (name === jobChangesCard.name) return jobChangesCard;
  return dashboardCards.find((card) => card.name === name) ?? null;
}

export function findCardByHost(host: string): Card | null {
  const job = /^(job-\d{1,15})-card$/.exec(host);
  return job ? findCard(job[1] ?? '') : (dashboardCards.find((card) => card.host === host) ?? null);
}

/** The template is named like the card; all jobs share one. */
function templateOf(card: Card): string {
  return `cards/${card.name.replace(/-\d+$/, '')}`;
}

export async function loadCard(card: Card, services: Services): Promise<Record<string, unknown>> {
  return { ...(await card.load(services)), w: words, card: { host: card.host, path: card.path } };
}

/** For the page: a card that cannot be loaded says so in its place, and the others are there. */
export async function loadOrExplain(card: Card, services: Services, request: FastifyRequest) {
  try {
    return { template: templateOf(card).replace('cards/', ''), data: await loadCard(card, services) };
  } catch (error) {
    request.log.error({ err: error, card: card.name }, 'a card could not be loaded');
    const { name, host, path } = card;
    return { template: 'unavailable', data: { name, requestId: request.id, card: { host, path } } };
  }
}

/** The inside of the card's host element, as page, partial and event show it. */
export async function renderCard(app: FastifyInstance, card: Card, services: Services): Promise<string> {
  return app.view(templateOf(card), await loadCard(card, services));
}
