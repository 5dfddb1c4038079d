// Gives every route of the JSON API the parts that all of them share: unknown keys are refused, each action takes a reason and a
// confirmation, and a list without pages of its own has `limit` and `cursor`.
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { assertReadable } from '../core/confirmation.ts';
import { AppError } from '../core/errors.ts';
import { closedSchema, integerSchema, nullable, optionalBody } from '../core/schemas.ts';
import { isSafe } from './request-audit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The reason that the body gives for an action; null without one. */
    reason: string | null;
    /** The word that the body gives to confirm it; null without one. */
    confirm: string | null;
  }
  interface FastifyContextConfig {
    /** The body has a reason and a confirmation, which the request gives in place of the body. */
    hasSharedFields?: boolean;
    /** The answer is cut into pages here. */
    isShortList?: boolean;
  }
}

type Body = Record<string, unknown>;
type ClosedSchema = { additionalProperties?: unknown; properties: Record<string, unknown> };
type Page = { limit?: number; cursor?: number };
type List = { items: unknown[]; next_cursor: null };

const sharedFields = {
  reason: { ...nullable('string'), maxLength: 1000 },
  confirm: { ...nullable('string'), maxLength: 200 },
};

const page = closedSchema({
  limit: { type: 'integer', minimum: 1, maximum: 200 },
  cursor: { ...integerSchema, minimum: 0 },
});

/** Must be called before the first route. */
export function registerApiConventions(app: FastifyInstance) {
  app.decorateRequest('reason', null);
  app.decorateRequest('confirm', null);
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/v1/') || !route.schema) return;
    if (isSafe({ method: String(route.method) })) completeQuery(route);
    else if (route.schema.body || !route.config?.isUpload) completeBody(route);
  });
  acceptBodies(app);
  app.addHook('preValidation', async (request) => assertNumbers(request));
  app.addHook('preHandler', async (request) => takeSharedFields(request));
  app.addHook('preSerialization', async (request, { statusCode }, answer) => {
    const isList = request.routeOptions.config.isShortList && statusCode < 400;
    return isList ? cut(answer as List, request.query as Page) : answer;
  });
}

/** Some clients name the type of a body that they do not send. A text with half a surrogate pair is no Unicode, and SQLite would
 *  store bytes that no reader decodes. */
function acceptBodies(app: FastifyInstance) {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    const { type } = (request.routeOptions.schema?.body ?? {}) as { type?: string | string[] };
    if (text === '' && type?.includes('null')) done(null, null);
    else
      void parse(request, text, (error, body) => {
        if (error === null && hasHalfPair(body)) done(new AppError('bad_request', halfPair));
        else done(error, body);
      });
  });
}

const halfPair = 'The body has half of a surrogate pair, such as \\ud800, which is no character.';

/** The text of a JSON value escapes only halves of pairs, and doubles each backslash of the value. */
function hasHalfPair(body: unknown): boolean {
  return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(body) ?? '');
}

function completeQuery(route: RouteOptions) {
  const { response, querystring } = route.schema ?? {};
  if (querystring) return;
  const answer = (response as { 200?: { properties?: object } } | undefined)?.[200]?.properties ?? {};
  const isShortList = 'items' in answer && 'next_cursor' in answer;
  route.schema = { ...route.schema, querystring: isShortList ? page : closedSchema({}) };
  route.config = { ...route.config, isShortList };
}

function completeBody(route: RouteOptions) {
  const body = (route.schema?.body ?? optionalBody({})) as ClosedSchema;
  if (body.additionalProperties !== false) return;
  const properties = { ...body.properties, ...sharedFields };
  route.schema = { ...route.schema, body: { ...body, properties } };
  route.config = { ...route.config, hasSharedFields: true };
}

/** The conversion of parameters reads `0x1` and `1e3` as numbers, too, but no record has such an address. */
function assertNumbers({ params, routeOptions: { schema } }: FastifyRequest) {
  const { properties = {} } = (schema?.params ?? {}) as { properties?: Record<string, { type?: string }> };
  for (const [name, given] of Object.entries(params as Record<string, string>))
    if (properties[name]?.type === 'integer' && !/^\d+$/.test(given))
      throw new AppError(
        'not_found',
        `There is no record ${JSON.stringify(given.slice(0, 40))}: its number has other characters than digits.`,
      );
}

/** The domain gets a body without them: the reason reaches the audit log with the requester. */
function takeSharedFields(request: FastifyRequest) {
  const body = request.body as Body | null | undefined;
  if (typeof body !== 'object' || body === null) return;
  const { reason, confirm, ...own } = body;
  assertReadable(textOrNull(reason));
  request.reason = textOrNull(reason);
  request.confirm = textOrNull(confirm);
  if (request.routeOptions.config.hasSharedFields) request.body = own;
}

/** Null for a text without characters, and for anything else. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function cut({ items, ...more }: List, { limit, cursor = 0 }: Page) {
  const end = limit === undefined ? items.length : cursor + limit;
  return { ...more, items: items.slice(cursor, end), next_cursor: end < items.length ? String(end) : null };
}
