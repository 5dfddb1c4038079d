import type { FastifyInstance, FastifyReply } from 'fastify';
import { etagOf } from '../../core/edit-conflict.ts';
import { closedSchema, ifMatchSchema, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import { sourceKinds } from '../../core/sheet-source.ts';
import { requester } from '../../web/requester.ts';
import { sourceActions } from '../actions.ts';
import { judgeAll } from '../health.ts';
import type { SourceContext } from '../parts.ts';
import type { GivenSource } from '../read-source.ts';
import { sourceBody, sourceListSchema, sourceSchema } from './source-body.ts';

type Named = { Params: { name: string } };

const params = objectSchema({ name: textSchema });
const tabName = { type: ['string', 'null'], maxLength: 1000 };
const tabsSchema = closedSchema({ category: tabName, experience: tabName, manual: tabName });

/** The domain checks what is missing and what the values are, so that all problems come at once. */
const putSchema = {
  summary: 'Creates or replaces a named sheet.',
  description: `\`kind\` is one of ${sourceKinds.join(', ')}; \`place\` is a path, absolute or relative to the data folder, or the address or id of a Google spreadsheet; \`tabs\` says how the tabs are named there, if not as usual.`,
  params,
  headers: ifMatchSchema,
  body: closedSchema({
    kind: { type: 'string', maxLength: 40 },
    place: { type: 'string', maxLength: 1000 },
    tabs: { ...tabsSchema, type: ['object', 'null'] },
  }),
  response: { 200: sourceSchema, 201: sourceSchema, ...refusals },
};

export function registerSourcesApi(app: FastifyInstance, ctx: SourceContext) {
  const { sourceChanges, sources } = ctx;
  const list = {
    summary: 'The named sheets with their health.',
    response: { 200: sourceListSchema, ...refusals },
  };
  app.get('/api/v1/sources', { schema: list }, async () => {
    const items = await Promise.all(sources.all().map((source) => sourceBody(ctx, source.name)));
    const healths = items.map(({ name, health: state, health_reason: reason, health_since: since }) => ({
      name,
      state,
      reason,
      since,
    }));
    return { items, next_cursor: null, overall: judgeAll(healths) };
  });

  const one = { summary: 'One named sheet.', params, response: { 200: sourceSchema, ...refusals } };
  const send = async (reply: FastifyReply, name: string) => {
    const body = await sourceBody(ctx, name);
    return reply.header('etag', etagOf(sources.find(name))).send(body);
  };
  app.get<Named>('/api/v1/sources/:name', { schema: one }, (request, reply) =>
    send(reply, request.params.name),
  );

  app.put<Named & { Body: GivenSource }>(
    '/api/v1/sources/:name',
    { schema: putSchema, config: { action: sourceActions.change } },
    async (request, reply) => {
      const { name } = request.params;
      const ifMatch = request.headers['if-match'];
      const { isNew } = await sourceChanges.put(name, request.body, requester(request), { ifMatch });
      return send(reply.code(isNew ? 201 : 200), name);
    },
  );

  const removal = {
    summary: 'Removes a named sheet; its files stay.',
    params,
    response: { 204: { type: 'null' }, ...refusals },
  };
  const removes = { schema: removal, config: { action: sourceActions.remove } };
  app.delete<Named>('/api/v1/sources/:name', removes, async (request, reply) => {
    await sourceChanges.remove(request.params.name, requester(request));
    return reply.code(204).send();
  });

  const check = {
    summary: 'Opens a named sheet, reads it, and compares it with its last import or export.',
    params,
    response: { 200: sourceSchema, ...refusals },
  };
  const checks = { schema: check, config: { action: sourceActions.check } };
  app.post<Named>('/api/v1/sources/:name/check', checks, async (request) => {
    const { name } = request.params;
    await ctx.sourceChecks.run(name, requester(request));
    return sourceBody(ctx, name);
  });
}
