import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  contentAnswer,
  idSchema,
  integerSchema,
  objectSchema,
  refusals,
} from '../../core/schemas.ts';
import { optionalBody } from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { isMuted } from '../finding.ts';
import { type MuteTime, muteNames } from '../mutes.ts';
import type { CheckContext } from '../parts.ts';
import { writeReport } from '../report.ts';
import { type FindingStates, findingBody, listChecks, selectFindings } from '../views.ts';
import { muting, running, unmuting } from './actions.ts';
import { checkListSchema, findingListSchema, findingSchema } from './bodies.ts';

type Numbered = { Params: { id: number } };

const params = objectSchema({ id: idSchema });
const query = closedSchema({
  state: { type: 'string', enum: ['open', 'cleared', 'muted', 'all'], default: 'open' },
  limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  cursor: { ...integerSchema, minimum: 0, default: 0 },
});
const muteBody = closedSchema({ for: { type: 'string', enum: muteNames } }, ['for']);

export function registerChecksApi(app: FastifyInstance, ctx: CheckContext) {
  const { checker, findings, now } = ctx;
  const list = () => ({ items: listChecks(checker, findings, now()), next_cursor: null });

  const checks = {
    summary: 'All checks, with what they saw last.',
    response: { 200: checkListSchema, ...refusals },
  };
  app.get('/api/v1/checks', { schema: checks }, async () => {
    await checker.refresh();
    return list();
  });

  const run = {
    summary: 'Runs all checks, or one, and returns them when they have ended.',
    body: optionalBody({ check: { type: 'string', minLength: 1, maxLength: 100 } }),
    response: { 200: checkListSchema, ...refusals },
  };
  app.post<{ Body: { check?: string } | null }>(
    '/api/v1/checks/run',
    { config: { action: running }, schema: run },
    async (request) => {
      await ctx.runChecks(request.body?.check, requester(request));
      return list();
    },
  );

  registerFindingsApi(app, ctx);

  const report = {
    summary: 'All checks and findings as text, without secrets.',
    response: contentAnswer('text/plain', 'The report.'),
  };
  app.get('/api/v1/findings/report', { schema: report }, async (_request, reply) => {
    await checker.refresh();
    return reply.type('text/plain; charset=utf-8').send(ctx.redactor.clean(writeReport(list().items, now())));
  });
}

function registerFindingsApi(app: FastifyInstance, { checker, findings, mutes, now }: CheckContext) {
  const all = {
    summary: 'What checks have found.',
    querystring: query,
    response: { 200: findingListSchema, ...refusals },
  };
  app.get<{ Querystring: { state: FindingStates; limit: number; cursor: number } }>(
    '/api/v1/findings',
    { schema: all },
    async ({ query: { state, limit, cursor } }) => {
      await checker.refresh();
      const found = selectFindings(findings, state, now());
      const items = found.slice(cursor, cursor + limit).map((finding) => findingBody(finding, now()));
      const next = cursor + limit;
      const muted = findings.open().filter((finding) => isMuted(finding, now())).length;
      return { items, muted, next_cursor: next < found.length ? String(next) : null };
    },
  );

  const mute = {
    summary: 'Takes a finding from banners and notices for a time, or until it changes.',
    params,
    body: muteBody,
    response: { 200: findingSchema, ...refusals },
  };
  app.post<Numbered & { Body: { for: MuteTime } }>(
    '/api/v1/findings/:id/mute',
    { config: { action: muting }, schema: mute },
    async (request) => {
      const { for: time } = request.body;
      return findingBody(await mutes.mute(request.params.id, time, requester(request)), now());
    },
  );

  const unmute = {
    summary: 'Ends the mute of a finding.',
    params,
    response: { 200: findingSchema, ...refusals },
  };
  app.post<Numbered>(
    '/api/v1/findings/:id/unmute',
    { config: { action: unmuting }, schema: unmute },
    async (request) => findingBody(await mutes.unmute(request.params.id, requester(request)), now()),
  );
}
