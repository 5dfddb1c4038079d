// The form that creates a token, which shows it once, and the dialog that revokes one.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { logError } from '../../web/log-error.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import { openWord } from '../confirm-opening.ts';
import { expiryOf } from '../expiry.ts';
import type { AccessContext } from '../parts.ts';
import { createsToken, readsTokens, revokesToken } from './actions.ts';
import { accessPage, sendAccess } from './access-page.ts';
import { writeSession } from './session-cookie.ts';

type Named = { Params: { name: string } };
type Refused = { form: Form; error: AppError };

export function registerTokenForms(app: FastifyInstance, ctx: AccessContext) {
  const creates = { ...isForm, config: { ...createsToken, page: accessPage.path } };
  app.post<Posted>('/ui/access/tokens', creates, async (request, reply) => {
    const form = request.body ?? {};
    try {
      return await sendAccess(ctx, request, reply, { created: await create(ctx, form, request, reply) });
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'invalid_arguments') throw error;
      return sendAccess(ctx, request, reply, { refused: { form, error } });
    }
  });

  const path = '/ui/access/tokens/:name/revoke';
  app.get<Named>(path, { config: { isPage: true, ...readsTokens } }, (request, reply) =>
    sendRevocation(ctx, reply, request.params.name),
  );

  app.post<Named & Posted>(path, { ...isForm, config: revokesToken }, async (request, reply) => {
    const { name } = request.params;
    const form = request.body ?? {};
    try {
      await ctx.tokens.revoke(name, form, requester(request));
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'confirmation_required') throw error;
      return sendRevocation(ctx, reply.code(statusOf(error)).intoDialog(), name, { form, error });
    }
    const text = describeRevoked(ctx.requirement.isRequired(), isOwn(request, name));
    const notice = { tone: 'ok' as const, title: `Token “${name}” revoked.`, text };
    return reply.sendAction({ notice, redirect: url(accessPage.path), hosts: ['access-card'] });
  });
}

/** Whether a request is sent with the token itself, or with a session of it. */
function isOwn({ identity }: FastifyRequest, name: string): boolean {
  return identity?.name === name && identity.by !== 'open';
}

function describeRevoked(isRequired: boolean, own: boolean): string {
  if (!isRequired) return 'Everything is open on this machine now.';
  if (own) return 'This browser is signed out.';
  return 'Its sessions and live pages have ended.';
}

/** The first admin token signs its browser in, which could not go on otherwise. If that fails, the token is still shown. */
async function create(
  { now, signIn, tokens }: AccessContext,
  { name = '', role = '', expires = '' }: Form,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const by = requester(request);
  const wanted = { name: name.trim(), role, expires_at: expiryOf(expires, now()) };
  const { token, record, known, isFirst } = await tokens.create(wanted, by);
  const opened = isFirst ? await signIn.openFor(known, by).catch(logFailure) : null;
  if (opened) {
    writeSession(reply, opened.secret);
    request.identity = opened.identity;
  }
  return { name: record.name, role: record.role, token, isFirst, isSignedIn: opened !== null };

  function logFailure(error: unknown): null {
    logError(request, error, 'the browser of the first token could not be signed in');
    return null;
  }
}

function sendRevocation(ctx: AccessContext, reply: FastifyReply, name: string, refused?: Refused) {
  const token = ctx.tokens.find(name);
  const isLast = ctx.requirement.isLastAdmin(token);
  const { problemOf } = readProblems(refused?.error);
  return reply.sendDialog('access/dialog-revoke', {
    question: `Revoke token “${name}”?`,
    consequences: [
      ...(isOwn(reply.request, name) ? ['It is your own token: this browser is signed out.'] : []),
      'Its sessions and live pages end within 5 s. Jobs that it has started go on.',
      describeLoss(isLast, ctx.requirement.opensWithout(token)),
    ],
    isDestructive: isLast,
    word: openWord,
    minReason: reasonMinLength,
    reason: refused?.form.reason ?? '',
    typed: refused?.form.confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
    blocker: null,
    action: url(`/ui/access/tokens/${encodeURIComponent(name)}/revoke`),
    confirm: `Revoke ${name}`,
    keep: 'Keep token',
    back: url(accessPage.path),
  });
}

function describeLoss(isLast: boolean, isOpening: boolean): string {
  if (isOpening) return 'It is the last admin token: everything becomes open to everybody on this machine.';
  if (isLast)
    return 'It is the last valid admin token: nobody is admin until "npm run chl -- token create" on this machine creates another.';
  return 'A revoked token cannot be used again. Create a new one instead.';
}
