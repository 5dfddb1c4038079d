// The audit log as JSON, and as a file of all matching rows.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import { AppError } from '../../core/errors.ts';
import {
  closedSchema,
  idSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { describeDownload, sendDownload, sendNothing } from '../../web/download.ts';
import { requester } from '../../web/requester.ts';
import { auditBody, auditSchema } from '../audit-body.ts';
import { type AuditFilter, type AuditQuery, filterNames, readFilter } from '../audit-filter.ts';
import { type ExportFormat, exportFormats, exportLines, exportTypes } from '../export-lines.ts';
import type { AuditContext } from '../parts.ts';

type Query = AuditQuery & { format: 'json' | ExportFormat; limit?: number; cursor?: number };

const text = { type: 'string', maxLength: 500 } as const;
const defaultLimit = 50;

const listed = listSchema(auditSchema, {
  searched_back_to: {
    ...nullable('string'),
    description: 'A slow search ended at this time; `next_cursor` continues it. Null: it did not.',
  },
});
const files = Object.values(exportTypes).map((type) => [type.split(';')[0], { schema: textSchema }]);

const schema = {
  summary: 'The audit log, newest first: as a list, or as a file of all matching rows.',
  description:
    '`format=json` is a list with `limit` and `cursor`. `csv` and `jsonl` are streamed, and an answer that breaks off has no valid end. `event` is an event or a group of them, such as `jobs`; `q` finds words of reason, target and detail; `since` and `until` take 2026-11-22, 2026-11-22T14:00, today, yesterday, 24h or 7d.',
  querystring: closedSchema({
    ...Object.fromEntries(filterNames.map((name) => [name, text])),
    format: { type: 'string', enum: ['json', ...exportFormats], default: 'json' },
    limit: { type: 'integer', minimum: 1, maximum: 200 },
    cursor: idSchema,
  }),
  response: {
    200: {
      description: 'The rows.',
      content: Object.fromEntries([['application/json', { schema: listed }], ...files]),
    },
    ...refusals,
  },
};

const oneSchema = {
  summary: 'One row of the audit log.',
  params: objectSchema({ id: idSchema }),
  response: { 200: auditSchema, ...refusals },
};

export function registerAuditApi(app: FastifyInstance, ctx: AuditContext) {
  app.get<{ Querystring: Query }>('/api/v1/audit', { schema }, async (request, reply) => {
    const { format, limit, cursor } = request.query;
    const { filter, problems } = readFilter(request.query, { ...ctx.auditRepository, now: ctx.now() });
    if (format !== 'json' && (limit ?? cursor) !== undefined)
      throw invalidArguments([
        { field: limit ? 'limit' : 'cursor', message: `A file of format ${format} has all rows.` },
      ]);
    if (problems.length > 0) throw invalidArguments(problems);
    if (format !== 'json') return sendFile(ctx, request, reply, { format, filter });
    return list(ctx, filter, limit ?? defaultLimit, cursor);
  });

  app.get<{ Params: { id: number } }>('/api/v1/audit/:id', { schema: oneSchema }, async (request) =>
    auditBody(findRow(ctx, request.params.id), ctx.operationTitles()),
  );
}

/** Throws `not_found`. */
export function findRow({ auditRepository }: Pick<AuditContext, 'auditRepository'>, id: number) {
  const row = auditRepository.find(id);
  if (row) return row;
  throw new AppError('not_found', `The audit has no row ${id}.`);
}

async function list(ctx: AuditContext, filter: AuditFilter, limit: number, before: number | undefined) {
  const { rows, hasOlder, searchedTo } = await ctx.trail.page(filter, limit, { before });
  const titles = ctx.operationTitles();
  return {
    items: rows.map((row) => auditBody(row, titles)),
    next_cursor: hasOlder ? String(searchedTo ?? rows.at(-1)?.id) : null,
    searched_back_to: searchedTo === null ? null : (ctx.auditRepository.find(searchedTo)?.at ?? null),
  };
}

function sendFile(
  ctx: AuditContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { format, filter }: { format: ExportFormat; filter: AuditFilter },
) {
  const fileName = `chl-audit-${ctx.now().toISOString().slice(0, 10)}.${format}`;
  const file = { fileName, type: exportTypes[format], bytes: null };
  if (request.method === 'HEAD') return sendNothing(describeDownload(reply, file));
  const titles = ctx.operationTitles();
  const bodies = mapBatches(ctx.trail.batches(filter), (row) => auditBody(row, titles));
  const stream = Readable.from(exportLines(format, bodies, ctx.redactor.cleanAll));
  const download = { ...file, event: 'audit.download', target: 'audit', detail: { filter } };
  return sendDownload(reply, stream, download, { ...ctx, by: requester(request) });
}

function* mapBatches<From, To>(batches: Iterable<From[]>, map: (one: From) => To): Generator<To[]> {
  for (const batch of batches) yield batch.map(map);
}
