// The log as JSON.
import type { FastifyInstance } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import {
  closedSchema,
  idSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { lineBody, lineSchema } from '../line-body.ts';
import { readFilter } from '../log-filter.ts';
import type { LogContext } from '../parts.ts';

type Query = {
  text?: string;
  level?: string;
  request_id?: string;
  job?: string;
  since?: string;
  limit: number;
  cursor?: number;
  after?: number;
};

const text = { type: 'string', maxLength: 500 } as const;

const schema = {
  summary: 'The log: warnings, errors, jobs, actions, and slow, refused and failed requests, newest first.',
  description:
    '`text` finds words of a line and of its fields; `level` is the lowest level: info, warn or error; `since` takes 2026-11-22, 2026-11-22T14:00, today, yesterday, 24h or 7d. `after` lists only lines that are newer than that one, those next to it.',
  querystring: closedSchema({
    text,
    level: text,
    request_id: text,
    job: text,
    since: text,
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: idSchema,
    after: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  }),
  response: {
    200: listSchema(lineSchema, {
      stopped_at: {
        ...nullable('string'),
        description: 'A slow search ended at this time; `next_cursor` continues it. Null: it did not.',
      },
      has_newer: { type: 'boolean', description: 'With `after`: there are more lines than these.' },
      newest_id: {
        ...integerSchema,
        description: 'Of all lines, whether or not it matches; 0 without lines.',
      },
      remade: {
        ...objectSchema({ at: textSchema, reason: textSchema }),
        type: ['object', 'null'],
        description: 'Since the start of the server log.db was made again, and earlier lines are lost.',
      },
    }),
    ...refusals,
  },
};

export function registerLogApi(app: FastifyInstance, { lineSearch, seenLogState, now }: LogContext) {
  app.get<{ Querystring: Query }>('/api/v1/log', { schema }, async (request) => {
    const { limit, cursor, after, request_id, ...given } = request.query;
    const { filter, problems } = readFilter({ ...given, request: request_id }, now());
    if (problems.length > 0) throw invalidArguments(problems);
    if (cursor !== undefined && after !== undefined)
      throw invalidArguments([{ field: 'after', message: 'Give either after or cursor.' }]);
    const { lines, hasOlder, hasNewer, stopped, newestId } = await lineSearch.page(filter, limit, {
      before: cursor,
      after,
    });
    const { remade } = await seenLogState();
    return {
      items: lines.map(lineBody),
      next_cursor: hasOlder && after === undefined ? String(stopped?.id ?? lines.at(-1)?.id) : null,
      stopped_at: stopped?.at?.toISOString() ?? null,
      has_newer: after !== undefined && hasNewer,
      newest_id: newestId,
      remade: remade && { at: remade.at.toISOString(), reason: remade.reason },
    };
  });
}
