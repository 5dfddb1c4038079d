import type { FastifyInstance } from 'fastify';
import {
  anyObjectOrNullSchema,
  closedSchema,
  idSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { levels } from '../../window-store/window.ts';
import { maintenanceActions } from '../actions.ts';
import type { MaintenanceContext } from '../parts.ts';
import type { WantedWindow } from '../read-window.ts';
import { listWindows, type WindowFilter, windowBody, windowFilters } from '../window-body.ts';

type Numbered = { Params: { id: number } };
type Listed = { Querystring: { state: WindowFilter; limit: number; cursor?: number } };

const params = objectSchema({ id: idSchema });
const windowSchema = objectSchema({
  id: integerSchema,
  level: { type: 'string', enum: levels },
  state: { type: 'string', enum: ['planned', 'starting', 'active', 'ended'] },
  reason: textSchema,
  starts_at: textSchema,
  ends_at: textSchema,
  begun_at: nullable('string'),
  entered_at: nullable('string'),
  ended_at: nullable('string'),
  ended_by: nullable('string'),
  created_by: textSchema,
  created_at: textSchema,
  waits_for: {
    ...anyObjectOrNullSchema,
    description: 'Of a window that is starting: the job that it waits for.',
  },
});
const one = { response: { 200: windowSchema, ...refusals } };

const listedSchema = {
  summary: 'The maintenance windows, the newest first.',
  querystring: closedSchema({
    state: { type: 'string', enum: windowFilters, default: 'all' },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: idSchema,
  }),
  response: { 200: listSchema(windowSchema), ...refusals },
};

const startSchema = {
  summary: 'Starts a maintenance window, or plans it for `starts_at`.',
  description:
    'A window begins when the jobs that it would interrupt have ended; nothing is killed. It lasts 30 minutes unless `minutes` or `ends_at` is given, at most 24 hours. The levels `drained` and `read_only` need the word `maintenance` in `confirm`. Times are in UTC.',
  body: closedSchema(
    {
      level: { type: 'string', maxLength: 40, description: levels.join(', ') },
      minutes: nullable('integer'),
      ends_at: { ...nullable('string'), maxLength: 40 },
      starts_at: { ...nullable('string'), maxLength: 40 },
    },
    ['level'],
  ),
  response: { 201: windowSchema, ...refusals },
};

export function registerMaintenanceApi(app: FastifyInstance, ctx: MaintenanceContext) {
  const { windows } = ctx;

  app.get<Listed>('/api/v1/maintenance', { schema: listedSchema }, ({ query: { state, limit, cursor } }) => {
    const { items, hasMore } = listWindows(windows, { state, limit, before: cursor });
    const last = items.at(-1);
    return {
      items: items.map((window) => windowBody(windows, window)),
      next_cursor: hasMore && last ? String(last.id) : null,
    };
  });

  app.get<Numbered>(
    '/api/v1/maintenance/:id',
    { schema: { ...one, summary: 'A maintenance window.', params } },
    ({ params: { id } }) => windowBody(windows, windows.find(id)),
  );

  app.post<{ Body: WantedWindow }>(
    '/api/v1/maintenance',
    { schema: startSchema, config: { action: maintenanceActions.start } },
    async (request, reply) => {
      const { body, reason, confirm } = request;
      const window = await windows.start({ ...body, reason, confirm }, requester(request));
      reply.code(201);
      return windowBody(windows, window);
    },
  );

  const extendSchema = {
    ...one,
    summary: 'Moves the end of a window by so many minutes.',
    params,
    body: closedSchema({ minutes: integerSchema }, ['minutes']),
  };
  app.post<Numbered & { Body: { minutes: number } }>(
    '/api/v1/maintenance/:id/extend',
    { schema: extendSchema, config: { action: maintenanceActions.extend } },
    async (request) => {
      const { id } = request.params;
      return windowBody(windows, await windows.extend(id, request.body.minutes, requester(request)));
    },
  );

  app.post<Numbered>(
    '/api/v1/maintenance/:id/end',
    {
      schema: { ...one, summary: 'Ends a window now. That of another person needs a `reason`.', params },
      config: { action: maintenanceActions.end },
    },
    async (request) => {
      const { reason } = request;
      return windowBody(windows, await windows.end(request.params.id, requester(request), { reason }));
    },
  );
}
