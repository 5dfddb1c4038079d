// The list of groups of errors, the page of one, and its buttons.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { decisionActions } from '../actions.ts';
import { errorSources } from '../fingerprint.ts';
import { type Group, groupViews } from '../group.ts';
import type { ErrorContext } from '../parts.ts';
import { type ListQuery, viewErrors } from './errors-view.ts';
import { viewGroupPage } from './group-view.ts';
import { registerManyPages } from './many-pages.ts';

export const errorsPage: Page = {
  path: '/errors',
  api: '/api/v1/errors',
  cards: ['errors'],
  reloads: true,
  examples: ['/errors', '/errors?state=resolved', '/errors?state=all&source=worker&q=no-error-has-this'],
};

export const errorPage: Page = {
  path: '/errors/:id',
  api: '/api/v1/errors/:id',
  cards: ['errors'],
  reloads: true,
  examples: ['/errors/1'],
};

const section = '/activity';
const text = { type: 'string', maxLength: 500 } as const;
/** A form sends empty fields. */
const orEmpty = (names: readonly string[]) => ({ type: 'string', enum: ['', ...names] });
const listSchema = {
  querystring: {
    type: 'object',
    properties: { state: orEmpty(groupViews), source: orEmpty(errorSources), q: text, before: text },
  },
};
const params = closedSchema({ id: idSchema });

type Listed = { Querystring: ListQuery };
type Numbered = { Params: { id: number } };

export function registerErrorPages(app: FastifyInstance, ctx: ErrorContext) {
  const { groups } = ctx;

  app.get<Listed>(errorsPage.path, { config: { isPage: true }, schema: listSchema }, (request, reply) =>
    reply.sendPage({
      template: 'errors/errors-page',
      title: 'Errors',
      section,
      data: { list: viewErrors(ctx, readQuery(request.query)) },
    }),
  );

  /** The content of the list's host. */
  app.get<Listed>('/ui/errors', { schema: listSchema }, (request, reply) =>
    reply.view('errors/error-list', {
      list: viewErrors(ctx, readQuery(request.query)),
      role: identityOf(request).role,
    }),
  );

  app.get<Numbered>(errorPage.path, { config: { isPage: true }, schema: { params } }, (request, reply) => {
    const group = groups.find(request.params.id);
    return reply.sendPage({
      template: 'errors/error-page',
      title: group.title,
      section,
      data: viewGroupPage(group, ctx.incidentOf(group.id), identityOf(request).role),
    });
  });

  /** The content of the host of one group. */
  app.get<Numbered>('/ui/errors/:id/changes', { schema: { params } }, (request, reply) => {
    const group = groups.find(request.params.id);
    const view = viewGroupPage(group, ctx.incidentOf(group.id), identityOf(request).role);
    return reply.view('errors/one-error', view);
  });

  registerDecisions(app, ctx);
  registerManyPages(app, ctx);
}

function readQuery({ state, source, q, before }: ListQuery): ListQuery {
  return {
    state: state || undefined,
    source: source || undefined,
    q: q || undefined,
    before: before || undefined,
  };
}

function registerDecisions(app: FastifyInstance, { decisions, groups }: ErrorContext) {
  const buttons = [
    { state: 'resolved', title: 'Resolved.', text: 'It opens again when it is seen again.' },
    { state: 'open', title: 'Open again.', text: '' },
  ] as const;
  for (const { state, title, text: next } of buttons)
    app.post<Numbered & Posted>(
      `/ui/errors/:id/${decisionActions[state].verb}`,
      {
        schema: { ...isForm.schema, params },
        config: { action: decisionActions[state], page: errorPage.path },
      },
      async (request, reply) => {
        const group = await decisions.decide(request.params.id, state, requester(request));
        return sendDecision(reply, group, { title, next });
      },
    );

  app.get<Numbered>(
    '/ui/errors/:id/mute',
    { config: { isPage: true }, schema: { params } },
    (request, reply) => {
      const { id, title } = groups.find(request.params.id);
      return reply.sendDialog('errors/dialog-mute', {
        question: 'Mute this error?',
        section,
        titles: [title],
        action: url(`/ui/errors/${id}/mute`),
        fields: [],
        needs: decisionActions.muted.name,
        confirm: 'Mute',
        keep: 'Keep it open',
        back: url(`/errors/${id}`),
      });
    },
  );

  const muting = { schema: { ...isForm.schema, params }, config: { action: decisionActions.muted } };
  app.post<Numbered & Posted>('/ui/errors/:id/mute', muting, async (request, reply) => {
    const group = await decisions.decide(request.params.id, 'muted', requester(request));
    return sendDecision(reply, group, { title: 'Muted.', next: 'It is still counted.' });
  });
}

function sendDecision(
  reply: FastifyReply,
  { id, title: name }: Group,
  words: { title: string; next: string },
) {
  const text = [`${name.replace(/\.$/, '')}.`, words.next].filter(Boolean).join(' ');
  return reply.sendAction({
    notice: { tone: 'ok', title: words.title, text },
    redirect: url(`/errors/${id}`),
    hosts: [],
  });
}
