// The audit page: a form of filters, and the rows that match, newest first. Each row also has a page of its own.
import type { FastifyInstance } from 'fastify';
import { idSchema, objectSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { filterNames, readFilter } from '../audit-filter.ts';
import type { AuditContext } from '../parts.ts';
import { findRow } from './api.ts';
import { auditUrl, type PageQuery } from './audit-url.ts';
import { viewAudit } from './audit-view.ts';
import { createRowView } from './row-view.ts';

export const auditPage: Page = {
  path: '/audit',
  api: '/api/v1/audit',
  cards: ['audit-chain'],
  examples: ['/audit', '/audit?outcome=refused&q=no-row-has-this', '/audit?since=never'],
};

export const auditRowPage: Page = {
  path: '/audit/:id',
  api: '/api/v1/audit/:id',
  cards: [],
  examples: ['/audit/1'],
};

const section = '/activity';
/** Rows that the list shows above the row of a page. */
const newerRows = 10;
const text = { type: 'string', maxLength: 500 } as const;
const query = objectSchema({
  ...Object.fromEntries(filterNames.map((name) => [name, text])),
  before: idSchema,
  after: idSchema,
});

export function registerAuditPages(app: FastifyInstance, ctx: AuditContext) {
  app.get<{ Querystring: PageQuery }>(
    auditPage.path,
    { config: { isPage: true }, schema: { querystring: query } },
    async (request, reply) => {
      const filtered = readFilter(request.query, { ...ctx.auditRepository, now: ctx.now() });
      if (filtered.problems.length > 0) reply.code(422);
      return reply.sendPage({
        template: 'audit/audit-page',
        title: 'Audit',
        section,
        data: {
          audit: await viewAudit(ctx, request.query, filtered, identityOf(request).role),
          chain: await request.loadCard('audit-chain'),
        },
      });
    },
  );

  app.get<{ Params: { id: number } }>(
    auditRowPage.path,
    { config: { isPage: true }, schema: { params: objectSchema({ id: idSchema }) } },
    async (request, reply) => {
      const row = findRow(ctx, request.params.id);
      return reply.sendPage({
        template: 'audit/row-page',
        title: `Audit, row ${row.id}`,
        section,
        data: {
          row: createRowView(ctx, identityOf(request).role)(row),
          list: `${auditUrl({ before: row.id + newerRows })}#row-${row.id}`,
          ofTarget: row.target === null ? null : auditUrl({ target: row.target }),
          detail: row.detail === null ? null : JSON.stringify(row.detail, null, 2),
        },
      });
    },
  );
}
