// The forms that set a credential. A refusal comes back in its form, with the command that helps.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { url } from '../../core/url.ts';
import { toneOf } from '../../web/check-step.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { CredentialContext } from '../parts.ts';
import { credentialActions } from '../actions.ts';
import { credentialsPage, sendCredentials } from './credentials-page.ts';
import { viewKeyForm } from './key-form.ts';
import { receiveKey } from './receive-key.ts';

type Named = { Params: { name: string } };

/** Register where multipart forms are parsed. */
export function registerCredentialForms(app: FastifyInstance, ctx: CredentialContext) {
  const { credentials, describeCredentials } = ctx;
  const { describe } = describeCredentials;

  const changes = { action: credentialActions.change, page: credentialsPage.path };
  app.post<Named>(
    '/ui/credentials/:name/upload',
    { config: { ...changes, isUpload: true } },
    (request, reply) => set(request, reply, '', () => receiveKey(ctx, request.params.name, request, reply)),
  );

  app.post<Named & Posted>('/ui/credentials/:name/path', { ...isForm, config: changes }, (request, reply) => {
    const path = request.body?.path ?? '';
    const register = () => credentials.register(request.params.name, path, requester(request));
    return set(request, reply, path, register);
  });

  /** Answers with the form again when the file is refused. */
  async function set(
    request: FastifyRequest<Named>,
    reply: FastifyReply,
    path: string,
    work: () => Promise<unknown>,
  ) {
    const { name } = request.params;
    try {
      await work();
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code === 'not_found') throw error;
      if (!request.headers['hx-request']) return sendCredentials(ctx, request, reply, { name, path, error });
      const form = viewKeyForm(describe(name), { path, error });
      return reply.code(statusOf(error)).view('credentials/key-form', { form });
    }
    // The page loads again, since its forms say what is set.
    return reply.sendAction({ notice: noticeOf(name), redirect: url(credentialsPage.path), hosts: [] });
  }

  function noticeOf(name: string) {
    const { title, next, check } = describe(name);
    if (next)
      return { tone: 'warn' as const, title: `${title}: the new key waits.`, text: next.check?.text ?? '' };
    return { tone: toneOf(check?.status ?? 'ok'), title: `${title} is in use.`, text: check?.text ?? '' };
  }
}
