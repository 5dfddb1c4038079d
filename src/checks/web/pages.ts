// The page of checks, its buttons, and the dialog that mutes a finding.
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { Finding } from '../finding.ts';
import { type MuteTime, muteNames, muteWords, unknownFinding } from '../mutes.ts';
import type { CheckContext } from '../parts.ts';
import { muting, running, unmuting } from './actions.ts';

export const checksPage: Page = {
  path: '/checks',
  api: '/api/v1/checks',
  cards: ['checks', 'probes'],
  examples: ['/checks'],
};

type Numbered = { Params: { id: number } };

const params = closedSchema({ id: idSchema });
const hosts = ['checks-card', 'probes-card', 'ops-banners'];
const redirect = url(checksPage.path);

export function registerChecksPages(app: FastifyInstance, ctx: CheckContext) {
  app.get(checksPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'checks/checks-page',
      title: 'Checks',
      section: '/status',
      data: { checks: await request.loadCard('checks'), probes: await request.loadCard('probes') },
    }),
  );

  app.post<Posted>(
    '/ui/checks/run',
    { ...isForm, config: { action: running, page: checksPage.path } },
    async (request, reply) => {
      const id = request.body?.check || undefined;
      await ctx.runChecks(id, requester(request));
      const open = ctx.findings.open().filter(({ check_id }) => id === undefined || check_id === id);
      const title = id === undefined ? 'All checks ran.' : 'The check ran.';
      const text = open.length === 0 ? 'No findings.' : (open[0]?.title ?? '');
      return reply.sendAction({
        notice: { tone: open.length === 0 ? 'ok' : 'warn', title, text },
        redirect,
        hosts,
      });
    },
  );

  registerMuteForms(app, ctx);
}

function registerMuteForms(app: FastifyInstance, { findings, mutes }: CheckContext) {
  app.get<Numbered>(
    '/ui/findings/:id/mute',
    { config: { isPage: true }, schema: { params } },
    (request, reply) => {
      const finding = findings.find(request.params.id);
      if (!finding) throw unknownFinding(request.params.id);
      return reply.sendDialog('checks/dialog-mute', viewMute(finding));
    },
  );

  const mute = { schema: { ...isForm.schema, params }, config: { action: muting } };
  app.post<Numbered & Posted>('/ui/findings/:id/mute', mute, async (request, reply) => {
    const time = readTime(request.body?.for ?? '');
    const { title } = await mutes.mute(request.params.id, time, requester(request));
    const text = `${title}. It stays on this page and in /health.`;
    return reply.sendAction({ notice: { tone: 'ok', title: 'Muted.', text }, redirect, hosts });
  });

  const unmute = { schema: { params }, config: { action: unmuting, page: checksPage.path } };
  app.post<Numbered>('/ui/findings/:id/unmute', unmute, async (request, reply) => {
    const { title } = await mutes.unmute(request.params.id, requester(request));
    return reply.sendAction({
      notice: { tone: 'ok', title: 'No longer muted.', text: title },
      redirect,
      hosts,
    });
  });
}

function readTime(time: string): MuteTime {
  const known = muteNames.find((name) => name === time);
  if (known) return known;
  const message = `for: choose one of ${muteNames.join(', ')}.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'for', message }] });
}

function viewMute(finding: Finding) {
  return {
    question: 'Mute this finding?',
    title: finding.title,
    choices: muteNames.map((name, at) => ({ name, label: muteWords[name], isChosen: at === 0 })),
    action: url(`/ui/findings/${finding.id}/mute`),
    confirm: 'Mute',
    keep: 'Keep showing it',
    back: url(checksPage.path),
  };
}
