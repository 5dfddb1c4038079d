// The dialog that empties a cache.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import { formatBytes, plural } from '../../core/format.ts';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { flushing } from '../actions.ts';
import { findCache, flushCache } from '../flush.ts';
import type { CacheContext } from '../parts.ts';
import { cacheUrl } from './cache-view.ts';

type Named = { Params: { ns: string } };
type Refused = { form: Form; error: AppError };

const flushPath = '/ui/caches/:ns/flush';
const params = objectSchema({ ns: textSchema });

export function registerFlushDialog(app: FastifyInstance, ctx: CacheContext) {
  app.get<Named>(flushPath, { config: { isPage: true }, schema: { params } }, (request, reply) =>
    sendFlush(reply, ctx, request.params.ns),
  );

  const posted = { schema: { ...isForm.schema, params }, config: { action: flushing } };
  app.post<Named & Posted>(flushPath, posted, async (request, reply) => {
    const form = request.body ?? {};
    const { ns } = request.params;
    try {
      const by = requester(request);
      const removed = await flushCache(ctx, { name: ns, reason: form.reason ?? null, by });
      const title = `Cache ${ns} flushed.`;
      const text = `${plural(removed, 'entry was', 'entries were')} removed.`;
      return await reply.sendAction({
        notice: { tone: 'ok', title, text },
        redirect: cacheUrl(ns),
        hosts: [],
      });
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'confirmation_required') throw error;
      return sendFlush(reply.code(statusOf(error)).intoDialog(), ctx, ns, { form, error });
    }
  });
}

function sendFlush(reply: FastifyReply, ctx: CacheContext, ns: string, refused?: Refused) {
  const cache = findCache(ctx, ns);
  const { entries, bytes } = cache.figures();
  const { problemOf } = readProblems(refused?.error);
  return reply.sendDialog('caches/dialog-flush', {
    question: `Flush the cache ${ns}?`,
    section: '/storage',
    lines: [
      cache.about,
      `It has ${plural(entries, 'entry', 'entries')}, ${formatBytes(bytes)}. They are made again when they are needed, which takes longer than reading them.`,
      ...(effects[ns] ? [effects[ns]] : []),
    ],
    minReason: reasonMinLength,
    reason: refused?.form.reason ?? '',
    problemOf: { reason: problemOf('reason') },
    needs: flushing.name,
    action: url(`/ui/caches/${ns}/flush`),
    confirm: 'Flush',
    keep: 'Keep it',
    back: cacheUrl(ns),
  });
}

/** The other effects of a flush. */
const effects: Record<string, string> = {
  clicks: 'A form that is sent a second time within ten seconds then starts a second job.',
};
