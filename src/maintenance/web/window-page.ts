// The page of maintenance windows, and the form that starts or plans one.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidArguments, readProblems } from '../../core/arguments.ts';
import { missingConfirmation } from '../../core/confirmation.ts';
import { AppError } from '../../core/errors.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { stateOf, type Window } from '../../window-store/window.ts';
import { maintenanceActions, maintenanceWord } from '../actions.ts';
import { levelWords } from '../../window-store/level-words.ts';
import type { MaintenanceContext } from '../parts.ts';
import { needsWord } from '../read-window.ts';
import { viewFormer, windowsPath } from './open-windows.ts';
import { readStart, viewStartForm } from './start-form.ts';
import { viewWait } from './window-view.ts';
import { dayTime } from '../../web/template-globals.ts';
import { timeSpan } from './window-times.ts';

export const windowPage: Page = {
  path: windowsPath,
  api: '/api/v1/maintenance',
  cards: ['window-now', 'window-starts', 'window-wait', 'windows-before'],
  examples: [windowsPath],
};

type Query = { before?: number };
type Refused = { form: Form; error: AppError };

const querystring = closedSchema({ before: idSchema });
const startsTemplate = 'maintenance/window-starts-card';
const shownAgain = ['invalid_arguments', 'confirmation_required', 'wrong_state'];

export function registerWindowPage(app: FastifyInstance, ctx: MaintenanceContext) {
  app.get<{ Querystring: Query }>(
    windowsPath,
    { config: { isPage: true }, schema: { querystring } },
    (request, reply) => sendWindows(ctx, request, reply, request.query),
  );

  const starts = { ...isForm, config: { action: maintenanceActions.start, page: windowsPath } };
  app.post<Posted>('/ui/maintenance', starts, async (request, reply) => {
    const form = request.body ?? {};
    try {
      const window = await ctx.windows.start(readStart(form), requester(request));
      return await reply.sendAction({
        notice: describeStart(ctx, window),
        redirect: url(windowsPath),
        hosts: ['window-now'],
      });
    } catch (thrown) {
      const error = readRefusal(withConfirmation(thrown, form), request);
      if (!shownAgain.includes(error.code)) throw error;
      return sendWindows(ctx, request, reply.code(statusOf(error)), { refused: { form, error } });
    }
  });
}

/** Names a missing confirmation together with the other problems. */
function withConfirmation(thrown: unknown, form: Form): unknown {
  const isInvalid = thrown instanceof AppError && thrown.code === 'invalid_arguments';
  if (!isInvalid || !needsWord(form.level ?? '')) return thrown;
  const { problems, problemOf } = readProblems(thrown);
  const missing = missingConfirmation(form, maintenanceWord).filter(({ field }) => !problemOf(field));
  return invalidArguments([...problems, ...missing]);
}

async function sendWindows(
  ctx: MaintenanceContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { before, refused }: Query & { refused?: Refused },
) {
  return reply.sendPage({
    template: 'maintenance/maintenance-page',
    title: 'Maintenance',
    section: '/settings',
    data: {
      form: { ...viewStartForm(refused), inTheWay: viewInTheWay(ctx, refused) },
      starts: refused ? null : { template: startsTemplate, data: await request.cardData('window-starts') },
      wait: await request.loadCard('window-wait'),
      now: await request.loadCard('window-now'),
      before: before === undefined ? await request.loadCard('windows-before') : null,
      olderPage: before === undefined ? null : viewFormer(ctx, before),
    },
  });
}

/** The window because of which another one was refused. */
function viewInTheWay({ windows }: MaintenanceContext, refused?: Refused) {
  const { window: id } = refused?.error.details ?? {};
  if (typeof id !== 'number') return null;
  return { window: id, place: '#window-now', isPlanned: stateOf(windows.find(id)) === 'planned' };
}

function describeStart({ windows }: MaintenanceContext, window: Window): Notice {
  const { level, starts_at, ends_at } = window;
  const { name } = levelWords[level];
  const tone = 'ok' as const;
  switch (stateOf(window)) {
    case 'planned':
      return { tone, title: 'Window planned.', text: `${name}, ${timeSpan(starts_at, ends_at)}.` };
    case 'starting': {
      const { job } = viewWait(windows.waitsFor(window));
      const text = job ? `It starts when ${job.operation} #${job.number} ends.` : 'It starts in a moment.';
      return { tone, title: 'The window is starting.', text };
    }
    default:
      return { tone, title: 'The window has started.', text: `${name} until ${dayTime(ends_at)}.` };
  }
}
