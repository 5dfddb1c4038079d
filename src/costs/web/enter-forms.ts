// The dialogs that enter, change and remove an amount.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { formatDay } from '../../core/format.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { CostLine } from '../../cost-store/cost-lines.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { wasName } from '../../web/edited-field.ts';
import { requester } from '../../web/requester.ts';
import { type Fields, type Form, isForm, lastValues, type Posted } from '../../web/validation.ts';
import { costActions } from '../actions.ts';
import { notEntered } from '../cost-edits.ts';
import type { CostContext } from '../parts.ts';
import { titleOfItem } from '../describe-costs.ts';
import { textsOf } from '../entered-cost.ts';
import { lineOf, readAmount, viewEnterDialog, viewRemoveDialog } from './enter-dialog.ts';

type Named = { Params: { day: string; item: string } };
const params = objectSchema({ day: textSchema, item: textSchema });
const isDialog = { config: { isPage: true }, schema: { params } };
const hosts = ['costs-card'];

export function registerEnterForms(app: FastifyInstance, ctx: CostContext) {
  const { costEdits } = ctx;

  app.get<{ Querystring: Fields }>('/ui/costs/enter', { config: { isPage: true } }, ({ query }, reply) =>
    sendEnter(ctx, reply, lastValues(query), null),
  );

  const adding = { ...isForm, config: { action: { ...costActions.change, target: 'costs' } } };
  app.post<Posted>('/ui/costs/enter', adding, (request, reply) => {
    const form = request.body ?? {};
    return save(ctx, reply, form, lineOf(form), null);
  });

  app.get<Named>('/ui/costs/:day/:item/edit', isDialog, ({ params: line }, reply) =>
    sendEnter(ctx, reply, {}, findEntered(ctx, line)),
  );

  const changing = { schema: { ...isForm.schema, params }, config: { action: costActions.change } };
  app.post<Named & Posted>('/ui/costs/:day/:item/edit', changing, (request, reply) =>
    save(ctx, reply, request.body ?? {}, request.params, findEntered(ctx, request.params)),
  );

  app.get<Named>('/ui/costs/:day/:item/remove', isDialog, ({ params: line }, reply) =>
    reply.sendDialog('costs/dialog-remove', viewRemoveDialog(findEntered(ctx, line))),
  );

  const removing = { schema: { ...isForm.schema, params }, config: { action: costActions.remove } };
  app.post<Named & Posted>('/ui/costs/:day/:item/remove', removing, async (request, reply) => {
    const { day, item } = request.params;
    await costEdits.remove({ day, item }, requester(request));
    const title = `${titleOfItem(item)} of ${formatDay(day)} removed.`;
    return reply.sendAction({ notice: { tone: 'ok', title, text: '' }, redirect: url('/costs'), hosts });
  });
}

/** Throws `not_found`. */
function findEntered({ costBook }: CostContext, { day, item }: Named['Params']): CostLine {
  const line = costBook.find(day, item);
  if (line?.is_manual) return line;
  throw notEntered(day, item);
}

/** Shows the dialog again, with what was typed, when the amount is refused. `stored`: null for a new line. */
async function save(
  ctx: CostContext,
  reply: FastifyReply,
  form: Form,
  { day, item }: Named['Params'],
  stored: CostLine | null,
) {
  const { request } = reply;
  try {
    const cost = {
      day,
      item,
      amount: readAmount(form.amount, textsOf(stored).amount),
      note: form.note ?? '',
    };
    const shown = { amount: form[wasName('amount')], note: form[wasName('note')] };
    await ctx.costEdits.put(cost, requester(request), stored ? { shown } : { mustBeNew: true });
    const title = `${titleOfItem(item)} of ${formatDay(day)} saved.`;
    const notice = { tone: 'ok' as const, title, text: 'The audit log keeps the value before.' };
    return await reply.sendAction({ notice, redirect: url('/costs'), hosts });
  } catch (thrown) {
    const error = readRefusal(thrown, request);
    return sendEnter(ctx, reply.code(statusOf(error)).intoDialog(), form, stored, error);
  }
}

function sendEnter(
  { costBook, now }: CostContext,
  reply: FastifyReply,
  form: Form,
  stored: CostLine | null,
  error?: AppError,
) {
  const currency = costBook.currency();
  return reply.sendDialog(
    'costs/dialog-enter',
    viewEnterDialog({ form, stored, now: now(), currency, ...(error ? { error } : {}) }),
  );
}
