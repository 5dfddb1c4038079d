// Keeps secrets and the path of the home folder out of answers, and secrets out of requests in which they do not belong: a token
// in a search or a reason would else be kept with a job.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isObject, parseJson } from '../core/json.ts';
import type { Redactor } from '../core/redaction.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Masks a reason, which is kept and shown to others: secrets, and the user and the password of any address. */
    maskReason: <T>(reason: T) => T;
  }
  interface FastifyContextConfig {
    /** The request, or its answer, is there to carry a secret, e.g. a token that is shown once. */
    carriesSecret?: 'request' | 'answer';
  }
}

/** Texts of pages have their paths shortened when they are rendered, see views.ts. The output of jobs, which is plain text, and
 *  files stay as they are. */
export function redactAnswers(app: FastifyInstance, redactor: Redactor) {
  app.decorateRequest('maskReason', redactor.recordAll);
  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.carriesSecret === 'request') return;
    const body = redactor.maskAll(request.body);
    request.body =
      isObject(body) && 'reason' in body ? { ...body, reason: redactor.recordAll(body.reason) } : body;
    request.query = redactor.maskAll(request.query);
    const actor = request.headers['x-actor'];
    if (typeof actor === 'string') request.headers['x-actor'] = redactor.record(actor);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const carriesSecret = request.routeOptions.config.carriesSecret === 'answer';
    if (typeof payload !== 'string' || carriesSecret) return payload;
    if (isOf(reply, 'text/html')) return redactor.mask(payload);
    // The whole is looked at first, because most answers have nothing to hide.
    if (!isOf(reply, 'application/json') || redactor.clean(payload) === payload) return payload;
    return JSON.stringify(redactor.cleanAll(parseJson(payload)));
  });
}

function isOf(reply: FastifyReply, type: string): boolean {
  return String(reply.getHeader('content-type')).startsWith(type);
}
