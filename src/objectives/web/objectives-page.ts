// The page of objectives, and the form that changes them.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { url } from '../../core/url.ts';
import { objectiveChange } from '../../objective-store/actions.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { ObjectiveContext } from '../parts.ts';
import { describeSaved, readEdits, withBoxes } from './edit-form.ts';
import { type Refused, viewEditForm } from './edit-view.ts';

const section = '/status';

export const objectivesPage: Page = {
  path: '/objectives',
  api: '/api/v1/objectives',
  cards: ['objectives'],
  examples: ['/objectives'],
};

export const editObjectivesPage: Page = {
  path: '/objectives/edit',
  api: '/api/v1/objectives',
  cards: [],
  examples: ['/objectives/edit'],
};

export function registerObjectivePages(app: FastifyInstance, { objectives }: ObjectiveContext) {
  app.get(objectivesPage.path, { config: { isPage: true } }, async (request, reply) =>
    reply.sendPage({
      template: 'objectives/objectives-page',
      title: 'Objectives',
      section,
      data: { card: await request.loadCard('objectives') },
    }),
  );

  app.get(editObjectivesPage.path, { config: { isPage: true } }, (_request, reply) => sendForm(reply, null));

  const saves = { ...isForm, config: { action: objectiveChange, page: editObjectivesPage.path } };
  app.post<Posted>('/ui/objectives', saves, async (request, reply) => {
    const all = objectives.all();
    const form = withBoxes(all, request.body ?? {});
    try {
      const why = { reason: form.reason?.trim() || null };
      const changed = await objectives.change(readEdits(all, form), requester(request), why);
      const notice = describeSaved(all, objectives.all(), changed);
      return await reply.sendAction({ notice, redirect: url(objectivesPage.path), hosts: [] });
    } catch (thrown) {
      // Nothing that was typed is lost, whatever the refusal.
      const error = readRefusal(thrown, request);
      return sendForm(reply.code(statusOf(error)), { form, error, ...readProblems(error) });
    }
  });

  /** The form alone for htmx, else the page. */
  function sendForm(reply: FastifyReply, refused: Refused | null) {
    const edit = viewEditForm(objectives.all(), refused);
    if (reply.request.headers['hx-request']) return reply.view('objectives/edit-form', { edit });
    return reply.sendPage({
      template: 'objectives/edit-page',
      title: 'Edit objectives',
      section,
      data: { edit },
    });
  }
}
