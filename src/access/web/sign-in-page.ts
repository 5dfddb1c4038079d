// The page that exchanges a token for a session, and the button that ends it.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { prefersJson, setStatus } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { sendSignIn, signInPath } from '../../web/signed-out.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { AccessContext } from '../parts.ts';
import { signsIn, signsOut } from './actions.ts';
import { clearSession, readSession, writeSession } from './session-cookie.ts';

export const signInPage: Page = { path: signInPath, cards: [], examples: [signInPath] };

export function registerSignIn(app: FastifyInstance, { requirement, signIn }: AccessContext) {
  app.get<{ Querystring: { back?: string } }>(
    signInPath,
    {
      config: { isPage: true, reads: 'anyone' },
      schema: { querystring: objectSchema({ back: textSchema }) },
    },
    (request, reply) =>
      sendSignIn(reply, { back: request.query.back ?? '', problem: null, isOpen: isOpen() }),
  );

  app.post<Posted>(signInPath, { ...isForm, config: signsIn }, async (request, reply) => {
    const { token = '', back = '' } = request.body ?? {};
    try {
      const { secret } = await signIn.signIn(token.trim(), readSession(request), requester(request));
      writeSession(reply, secret);
      return await reply.redirect(url(app.landing(back)), 303);
    } catch (error) {
      if (!(error instanceof AppError) || prefersJson(request.headers)) throw error;
      return refuse(reply, error, back);
    }
  });

  app.post('/sign-out', { config: { ...signsOut, page: '/' } }, async (request, reply) => {
    const session = request.identity?.by === 'session' ? readSession(request) : null;
    await signIn.signOut(session, requester(request));
    clearSession(reply);
    return reply.redirect(url(isOpen() ? '/' : signInPath), 303);
  });

  function isOpen(): boolean {
    return !requirement.isRequired();
  }
}

function refuse(reply: FastifyReply, error: AppError, back: string) {
  reply.request.refusal = error;
  return sendSignIn(setStatus(reply, error), { back, problem: error.message, isOpen: false });
}
