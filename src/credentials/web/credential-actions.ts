// The buttons of the page: check and remove a credential.
import type { FastifyInstance } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { toneOf } from '../../web/check-step.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { credentialActions } from '../actions.ts';
import type { CredentialFacts } from '../describe-credential.ts';
import type { CredentialContext } from '../parts.ts';
import { credentialsPage } from './credentials-page.ts';

type Named = { Params: { name: string } };
const hosts = ['credentials-card'];

export function registerCredentialActions(app: FastifyInstance, ctx: CredentialContext) {
  const { credentials, describeCredentials } = ctx;
  const { describe } = describeCredentials;

  app.post<Named>(
    '/ui/credentials/:name/check',
    { config: { action: credentialActions.check, page: credentialsPage.path } },
    async (request, reply) => {
      const { name } = request.params;
      await credentials.check(name, requester(request));
      const { check, next, title } = describe(name);
      const shown = next?.check ?? check;
      const notice = {
        tone: toneOf(shown?.status ?? 'ok'),
        title: `${title} checked.`,
        text: shown?.text ?? '',
      };
      return reply.sendAction({ notice, redirect: url(credentialsPage.path), hosts });
    },
  );

  app.get<Named>(
    '/ui/credentials/:name/remove',
    { config: { isPage: true, reads: 'admin' } },
    (request, reply) =>
      reply.sendDialog('credentials/dialog-remove', viewRemoval(describe(request.params.name))),
  );

  app.post<Named & Posted>(
    '/ui/credentials/:name/remove',
    { ...isForm, config: { action: credentialActions.remove } },
    async (request, reply) => {
      const { name } = request.params;
      const reason = request.body?.reason ?? '';
      try {
        await credentials.remove(name, reason, requester(request));
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        if (error.code !== 'confirmation_required') throw error;
        const dialog = viewRemoval(describe(name), { reason, error });
        return reply.code(statusOf(error)).intoDialog().sendDialog('credentials/dialog-remove', dialog);
      }
      const notice = { tone: 'ok' as const, title: `${describe(name).title} removed.`, text: '' };
      return reply.sendAction({ notice, redirect: url(credentialsPage.path), hosts: [] });
    },
  );
}

type Refused = { reason: string; error: AppError };

function viewRemoval(
  { name, title, kind, in_use: file, used_by: users, is_upload: isUpload }: CredentialFacts,
  refused?: Refused,
) {
  const path = file?.path ?? 'The file';
  const isModel = kind === 'api_key';
  const without = `Without it ${users.join(', ')} ${isModel ? 'is asked without a key' : 'cannot be opened'}.`;
  return {
    question: `Remove ${title}?`,
    consequences: [
      isUpload
        ? `${path} was uploaded, and is deleted.`
        : `${path} stays where it is; it is only not used any more.`,
      users.length === 0 ? 'Nothing uses it now.' : without,
    ],
    section: '/settings',
    reason: refused?.reason ?? '',
    problem: refused?.error.message ?? null,
    action: url(`/ui/credentials/${name}/remove`),
    confirm: 'Remove key',
    keep: 'Keep it',
    back: url(credentialsPage.path),
  };
}
