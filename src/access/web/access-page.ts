// The page of tokens, which only an admin may open: its list, and the form that creates one.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { type Role, roles } from '../../core/role.ts';
import { statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Form } from '../../web/validation.ts';
import type { AccessContext } from '../parts.ts';

export const accessPage: Page = {
  path: '/settings/access',
  api: '/api/v1/tokens',
  cards: ['access'],
  examples: ['/settings/access'],
};

/** A token that was created now, which is shown once. */
type Created = { name: string; role: Role; token: string; isFirst: boolean; isSignedIn: boolean };

const lifetimes = [
  { value: '', label: 'Never' },
  { value: '7d', label: 'In 7 days' },
  { value: '30d', label: 'In 30 days' },
  { value: '90d', label: 'In 90 days' },
  { value: '365d', label: 'In a year' },
];

export function registerAccessPage(app: FastifyInstance, ctx: AccessContext) {
  app.get(accessPage.path, { config: { isPage: true, reads: 'admin' } }, (request, reply) =>
    sendAccess(ctx, request, reply),
  );
}

/** `refused`: the typed fields with the reason of the refusal, which also decides the status. */
export async function sendAccess(
  { requirement }: AccessContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { created, refused }: { created?: Created; refused?: { form: Form; error: AppError } } = {},
) {
  if (refused) reply.code(statusOf(refused.error));
  const { problemOf } = readProblems(refused?.error);
  const chosenRole = refused?.form.role ?? (requirement.isRequired() ? 'operator' : 'admin');
  return reply.sendPage({
    template: 'access/access-page',
    title: 'Access',
    section: '/settings',
    data: {
      card: await request.loadCard('access'),
      created: created ?? null,
      name: refused?.form.name ?? '',
      problemOf: { name: problemOf('name'), role: problemOf('role'), expires: problemOf('expires_at') },
      roles: roles.map((role) => ({ role, isChosen: role === chosenRole })),
      lifetimes: lifetimes.map((one) => ({ ...one, isChosen: one.value === (refused?.form.expires ?? '') })),
    },
  });
}
