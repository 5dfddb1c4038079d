// Maps every error to a status, and answers in the format that the client requested: JSON, a fragment, or a page.
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isOutOfDescriptors } from '../core/descriptors.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { toFault } from '../core/faults.ts';
import { type Role, withArticle } from '../core/role.ts';
import { timeSchema } from '../core/schemas.ts';
import { url } from '../core/url.ts';
import { logError } from './log-error.ts';
import { answerSignedOut } from './signed-out.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The error that was answered has a line of its own in the log. */
    isErrorLogged: boolean;
  }
}

const statuses: Record<ErrorCode, number> = {
  bad_json: 400,
  bad_request: 400,
  bad_target: 400,
  bad_input: 422,
  busy: 503,
  config: 500,
  confirmation_required: 422,
  cross_origin: 403,
  database_damaged: 500,
  disk_full: 507,
  drain_running: 409,
  edit_conflict: 409,
  forbidden: 403,
  host_not_allowed: 403,
  index_missing: 409,
  internal: 500,
  invalid_arguments: 422,
  last_proven: 409,
  maintenance: 503,
  method_not_allowed: 405,
  no_drain: 409,
  no_workers: 503,
  not_cancellable: 409,
  not_found: 404,
  not_retryable: 409,
  operation_locked: 409,
  plan_outdated: 409,
  pruned: 410,
  set_by_environment: 409,
  stopping: 503,
  temporary: 503,
  too_large: 413,
  too_many_attempts: 429,
  too_many_streams: 503,
  unauthorized: 401,
  unsupported_media_type: 415,
  upload_in_progress: 409,
  wrong_state: 409,
};

export function registerErrors(app: FastifyInstance) {
  app.decorateRequest('isErrorLogged', false);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const shown = toAppError(error, request);
    return answerError(shown, request, reply);
  });
  // Only for what a handler does not find: identify.ts refuses unknown addresses.
  app.setNotFoundHandler((request, reply) => answerError(unknownAddress(request, reply), request, reply));
}

/** The error of a request without a route, or with one that finds nothing, such as a file that does not exist. Lists the methods
 *  of the address, if it has only others. */
export function unknownAddress({ method, url, server }: FastifyRequest, reply: FastifyReply): AppError {
  const path = url.split('?')[0] ?? '/';
  const allowed = (['GET', 'POST', 'PUT', 'DELETE'] as const).filter((one) =>
    server.findRoute({ method: one, url: path }),
  );
  const wanted = method === 'HEAD' ? 'GET' : method;
  if (allowed.length === 0 || allowed.some((one) => one === wanted)) {
    const text = path.startsWith('/api/')
      ? 'There is no such route. GET /api/v1/openapi.json lists all routes.'
      : 'There is no such page.';
    return new AppError('not_found', text);
  }
  const names = allowed.join(', ');
  reply.header('allow', names);
  return new AppError('method_not_allowed', `${method} is not allowed here. Allowed: ${names}.`);
}

/** After how many seconds a client may try again, by status, when the error does not know. */
const retryAfterSec: Record<number, number> = { 429: 60, 503: 5 };

/** The HTTP status of an error. */
export function statusOf(error: AppError): number {
  return statuses[error.code];
}

/** Sets the status of the answer to an error, and when the client may try again. */
export function setStatus(reply: FastifyReply, error: AppError): FastifyReply {
  const { retry_after_sec: known } = (error.details ?? {}) as { retry_after_sec?: number };
  const retryAfter = known ?? retryAfterSec[statusOf(error)];
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply.code(statusOf(error));
}

/** The body of every error: `{error: {code, message, details?, request_id}}`. */
async function answerError(refusal: AppError, request: FastifyRequest, reply: FastifyReply) {
  const { code, message, details } = refusal;
  request.refusal = refusal;
  const page = code === 'method_not_allowed' ? findFormPage(request) : null;
  if (page !== null) return reply.redirect(url(page), 303);
  const status = statuses[code];
  const error = { code, message, ...(details ? { details } : {}), request_id: request.id };
  setStatus(reply, refusal);
  const signedOut = status === 401 && !wantsJson(request) ? await answerSignedOut(request, reply) : null;
  if (signedOut) return signedOut;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 401 || wantsJson(request)) return reply.send({ error });
  if (request.headers['hx-request']) {
    if (!reply.hasHeader('hx-retarget'))
      reply.header('hx-retarget', '#note').header('hx-reswap', 'innerHTML');
    return reply.view('shared/error', error);
  }
  const { title, heading, next = null } = describeRefusal(refusal);
  const section = `/${request.originalUrl.split(/[/?]/)[1]}`;
  return reply.sendPage({
    template: 'shared/error-page',
    title,
    section,
    // The navigation has counts, which are not for a sender who is not known.
    ...(request.identity ? {} : { isBare: true }),
    data: { ...error, status, heading, next, list: findList(request, section) },
  });
}

/** The page above the address, such as `/schedules` for `/schedules/none`; null without one. */
function findList({ server, originalUrl }: FastifyRequest, section: string): string | null {
  const isBelow = originalUrl.startsWith(`${section}/`);
  return isBelow && server.hasRoute({ method: 'GET', url: section }) ? section : null;
}

/** The page for a person who opens the address of a form; null for any other request. */
function findFormPage({ method, headers, server, url }: FastifyRequest): string | null {
  const isPerson = headers.accept?.includes('text/html') && !headers['hx-request'];
  return method === 'GET' && isPerson ? server.pageOfForm(url.split('?')[0] ?? '') : null;
}

function describeRefusal({ code, details }: AppError): { title: string; heading: string; next?: string } {
  if (code === 'not_found') return { title: 'Error', heading: 'Not found' };
  if (code === 'maintenance') return { title: 'Maintenance', heading: 'Not possible during maintenance' };
  const { needs } = (details ?? {}) as { needs?: Role };
  if (code !== 'forbidden' || !needs) return { title: 'Error', heading: 'That did not work' };
  const next = `Ask ${withArticle(needs)} to do it, or sign in with another token.`;
  return { title: 'Not allowed', heading: 'Your role does not allow this', next };
}

function wantsJson({ originalUrl, headers }: FastifyRequest): boolean {
  if (originalUrl.startsWith('/api/') || originalUrl === '/health')
    return !headers.accept?.includes('text/html');
  return prefersJson(headers);
}

/** The refusal of a form that is shown again with it. Throws any other error, and each one for a client that asks for JSON. */
export function readRefusal(error: unknown, request: FastifyRequest): AppError {
  if (!(error instanceof AppError) || prefersJson(request.headers)) throw error;
  request.refusal = error;
  return error;
}

/** Whether a client asks for JSON but not for a page. */
export function prefersJson({ accept = '' }: IncomingHttpHeaders): boolean {
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** Maps errors of the framework and of SQLite to our codes; logs an unknown error with its stack, and shows it without. */
function toAppError(error: FastifyError | AppError, request: FastifyRequest): AppError {
  if (error instanceof AppError) {
    if (error.cause !== undefined) logFailure(request, error.cause);
    return error;
  }
  const known = frameworkErrors[error.code];
  if (known) return new AppError(...known);
  if (error.validation) return invalidRequest(error);
  if (isOutOfDescriptors(error)) {
    return new AppError('busy', 'Too many files are open. Close other pages, or try again in a few seconds.');
  }
  const fault = toFault(error);
  if (fault) {
    // The line of the request says why, and no stack explains a wait or a full disk.
    if (fault.code === 'internal' || fault.code === 'database_damaged') logFailure(request, error);
    return fault;
  }
  if (error.statusCode && error.statusCode < 500) return new AppError('bad_request', error.message);
  logFailure(request, error);
  return new AppError('internal', `The server failed to answer. Search its log for ${request.id}.`);
}

function logFailure(request: FastifyRequest, error: unknown) {
  request.isErrorLogged = true;
  logError(request, error, 'request failed');
}

const frameworkErrors: Record<string, [ErrorCode, string]> = {
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad_json', 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad_json', 'The body is empty; send a JSON object, e.g. {}.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['too_large', 'The body is larger than this route accepts.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body as JSON, or on a page as a form.',
  ],
};

function invalidRequest(error: FastifyError): AppError {
  // The fault of `oneOf` itself covers those of its alternatives.
  const faults = (error.validation ?? []).filter(({ schemaPath }) => !/\/oneOf\/\d+\//.test(schemaPath));
  const problems = faults.map((fault) => {
    const extra = fault.keyword === 'additionalProperties' ? `${fault.params.additionalProperty}` : '';
    const field = extra || fault.instancePath.slice(1) || String(fault.params.missingProperty ?? '');
    return { field, message: `${field || error.validationContext}: ${describeFault(fault)}.` };
  });
  return new AppError('invalid_arguments', problems.map((problem) => problem.message).join(' '), {
    problems,
  });
}

type Fault = NonNullable<FastifyError['validation']>[number] & { schema?: unknown };

/** A form may send a field empty, which needs no mention. */
const isNamed = (value: unknown) => value !== '';

function describeFault({ keyword, params, message, schema }: Fault): string {
  switch (keyword) {
    case 'additionalProperties':
      return 'is not known';
    case 'required':
      return 'is missing';
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).filter(isNamed).join(', ')}`;
    case 'pattern':
      return schema === timeSchema.pattern ? `must be a time such as 2026-11-29T12:00:00Z` : `${message}`;
    case 'oneOf': {
      const names = (schema as { required?: string[] }[]).flatMap(({ required }) => required ?? []);
      return names.length > 0 ? `needs one of ${names.join(' and ')}, not both` : `${message}`;
    }
    default:
      return `${message}`;
  }
}
