// The page of the list of incidents.
import type { FastifyInstance } from 'fastify';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { incidentSeverities } from '../../incident-store/incident.ts';
import { incidentViews } from '../listing.ts';
import type { IncidentContext } from '../parts.ts';
import { type ListQuery, viewIncidents } from './incidents-view.ts';

export const incidentsPage: Page = {
  path: '/incidents',
  api: '/api/v1/incidents',
  cards: ['incidents'],
  reloads: true,
  examples: ['/incidents', '/incidents?status=closed', '/incidents?severity=1&q=no-incident-has-this'],
};

const text = { type: 'string', maxLength: 500 } as const;
/** A form sends empty fields. */
const listSchema = {
  querystring: {
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['', ...incidentViews] },
      severity: { type: 'string', enum: ['', '1', '2', '3', '4'] },
      service: text,
      tag: text,
      owner: text,
      q: text,
      cursor: text,
    },
  },
};

type Listed = { Querystring: Record<string, string | undefined> };

export function registerIncidentsPage(app: FastifyInstance, ctx: IncidentContext) {
  app.get<Listed>(incidentsPage.path, { config: { isPage: true }, schema: listSchema }, (request, reply) =>
    reply.sendPage({
      template: 'incidents/incidents-page',
      title: 'Incidents',
      section: '/status',
      data: { list: viewIncidents(ctx, readQuery(request.query)), openUrl: url('/ui/incidents/open') },
    }),
  );

  /** The content of the list's host. */
  app.get<Listed>('/ui/incidents', { schema: listSchema }, (request, reply) =>
    reply.view('incidents/incident-list', {
      list: viewIncidents(ctx, readQuery(request.query)),
      role: identityOf(request).role,
    }),
  );
}

function readQuery({ status, severity, ...texts }: Listed['Querystring']): ListQuery {
  const given = Object.entries(texts).map(([name, value]) => [name, value?.trim() || undefined]);
  return {
    ...(Object.fromEntries(given) as Pick<ListQuery, 'service' | 'tag' | 'owner' | 'q' | 'cursor'>),
    status: incidentViews.find((one) => one === status) ?? 'all',
    severity: incidentSeverities.find((one) => String(one) === severity),
  };
}
