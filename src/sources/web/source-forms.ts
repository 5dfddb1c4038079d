// The dialogs that add, change and remove a named sheet, and the button that checks one.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { toneOf } from '../../web/check-step.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { sourceActions } from '../actions.ts';
import type { SourceContext } from '../parts.ts';
import type { SourceState } from '../source-state-repository.ts';
import { describeUse, unknownSource } from '../source-changes.ts';
import { formOf, readShown, readSourceForm, viewSourceDialog } from './source-dialog.ts';

type Named = { Params: { name: string } };
const changes = { ...isForm, config: { action: sourceActions.change } };
const isDialog = { config: { isPage: true } };

export function registerSourceForms(app: FastifyInstance, ctx: SourceContext) {
  const { sources, sourceChanges } = ctx;
  const find = (name: string) => {
    const source = sources.find(name);
    if (source) return source;
    throw unknownSource(name);
  };

  app.get('/ui/sources/add', isDialog, (_request, reply) => sendDialog(reply, null, { kind: 'folder' }));

  app.post<Posted>('/ui/sources/add', changes, async (request, reply) => {
    const form = request.body ?? {};
    const name = (form.name ?? '').trim();
    return answer(ctx, reply, null, form, async () => {
      await sourceChanges.put(name, readSourceForm(form), requester(request), { mustBeNew: true });
      return `${name} added.`;
    });
  });

  app.get<Named>('/ui/sources/:name/edit', isDialog, (request, reply) => {
    const source = find(request.params.name);
    return sendDialog(reply, source.name, formOf(source));
  });

  app.post<Named & Posted>('/ui/sources/:name/edit', changes, (request, reply) => {
    const form = request.body ?? {};
    const { name } = find(request.params.name);
    return answer(ctx, reply, name, form, async () => {
      await sourceChanges.put(name, readSourceForm(form), requester(request), { shown: readShown(form) });
      return `${name} changed.`;
    });
  });

  app.get<Named>('/ui/sources/:name/remove', isDialog, (request, reply) =>
    reply.sendDialog('sources/dialog-remove', viewRemoval(ctx, find(request.params.name).name)),
  );

  app.post<Named>(
    '/ui/sources/:name/remove',
    { config: { action: sourceActions.remove } },
    async (request, reply) => {
      const { name } = await sourceChanges.remove(request.params.name, requester(request));
      const notice = { tone: 'ok' as const, title: `${name} removed.`, text: 'Its files are still there.' };
      return reply.sendAction({ notice, redirect: url('/sources'), hosts: [] });
    },
  );

  app.post<Named>(
    '/ui/sources/:name/check',
    { config: { action: sourceActions.check, page: '/sources/:name' } },
    async (request, reply) => {
      const { name } = request.params;
      const state = await ctx.sourceChecks.run(name, requester(request));
      const notice = state
        ? { tone: toneOf(state.status), title: `${name} checked.`, text: describeResult(state) }
        : { tone: 'warn' as const, title: `${name} was not checked.`, text: 'Noop mode opens no sheet.' };
      return reply.sendAction({
        notice,
        redirect: url(`/sources/${name}`),
        hosts: ['sources-card', `source-${name}-card`],
      });
    },
  );
}

/** The sheet itself shows the text of an error at once. */
function describeResult({ status, text }: SourceState): string {
  return status === 'error' ? 'It cannot be read.' : text;
}

/** Shows the dialog again, with what was typed, when the sheet is refused. `name`: null for a new sheet. */
async function answer(
  { sources }: SourceContext,
  reply: FastifyReply,
  name: string | null,
  form: Form,
  work: () => Promise<string>,
) {
  try {
    const title = await work();
    const redirect = url(`/sources/${name ?? form.name?.trim()}`);
    const text = 'Check it to see whether it can be read.';
    const hosts = name === null ? [] : [`source-${name}-card`];
    return await reply.sendAction({ notice: { tone: 'ok', title, text }, redirect, hosts });
  } catch (thrown) {
    const error = readRefusal(thrown, reply.request);
    const again = name === null ? form : formOf(sources.find(name), form, error);
    return sendDialog(reply.code(statusOf(error)).intoDialog(), name, again, error);
  }
}

function sendDialog(reply: FastifyReply, name: string | null, form: Form, error?: AppError) {
  return reply.sendDialog('sources/dialog-source', viewSourceDialog(name, form, error));
}

function viewRemoval({ wantedBy }: Pick<SourceContext, 'wantedBy'>, name: string) {
  const use = describeUse(
    name,
    wantedBy.schedules(name).map((schedule) => schedule.name),
  );
  return {
    question: `Remove ${name} from the named sheets?`,
    consequences: [
      ...(use === null ? [] : [use]),
      'Its files, and the entries that were imported from it, stay.',
      'Jobs that have used it stay in the history.',
    ],
    action: url(`/ui/sources/${name}/remove`),
    confirm: 'Remove sheet',
    keep: 'Keep it',
    back: url(`/sources/${name}`),
  };
}
