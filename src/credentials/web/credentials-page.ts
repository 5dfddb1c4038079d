// The page of credentials, which only an admin may open.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { CredentialContext } from '../parts.ts';
import { viewKeyForm } from './key-form.ts';

export const credentialsPage: Page = {
  path: '/settings/credentials',
  api: '/api/v1/credentials',
  cards: ['credentials'],
  examples: ['/settings/credentials'],
};

export function registerCredentialsPage(app: FastifyInstance, ctx: CredentialContext) {
  app.get(credentialsPage.path, { config: { isPage: true, reads: 'admin' } }, (request, reply) =>
    sendCredentials(ctx, request, reply),
  );
}

/** `refused`: shown in the form of that credential, and gives the status. */
export async function sendCredentials(
  { describeCredentials }: CredentialContext,
  request: FastifyRequest,
  reply: FastifyReply,
  refused?: { name: string; path: string; error: AppError },
) {
  if (refused) reply.code(statusOf(refused.error));
  const forms = describeCredentials
    .all()
    .map((facts) => viewKeyForm(facts, refused?.name === facts.name ? refused : null));
  return reply.sendPage({
    template: 'credentials/credentials-page',
    title: 'Credentials',
    section: '/settings',
    data: { card: await request.loadCard('credentials'), forms },
  });
}
