// The form parts of uploaded files: what was read replaces the drop zone. Without JavaScript the page comes back with it.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { url } from '../../core/url.ts';
import { viewFiles } from '../../sheets/files-view.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { sheetActions } from '../actions.ts';
import type { SourceContext } from '../parts.ts';
import { readChoice } from './choice.ts';
import { receiveSheet } from './receive-sheet.ts';
import { sendSources, sourcesPage } from './sources-page.ts';

/** Register where multipart forms are parsed. */
export function registerUploadPages(app: FastifyInstance, ctx: SourceContext) {
  const { config, sheetUploads } = ctx;
  const sendFiles = (reply: FastifyReply, sheet?: string, problem?: string) =>
    reply.view('sources/files', { files: viewFiles(config, sheet, problem) });

  app.post<{ Querystring: { rows_of?: string } }>(
    '/ui/sources/upload',
    { config: { isUpload: true, action: sheetActions.upload, page: sourcesPage.path } },
    async (request, reply) => {
      const isPart = request.headers['hx-request'] !== undefined;
      try {
        const { sheet_id: sheet } = await receiveSheet(ctx, request, reply);
        const { rows_of } = request.query;
        if (!isPart) return await reply.redirect(url(sourcesPage.path, { sheet, rows_of }), 303);
        replaceAddress(reply, sheet);
        return await sendFiles(reply, sheet);
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        if (isPart) return sendFiles(reply.code(statusOf(error)), undefined, error.message);
        return sendSources(ctx, request, reply, readChoice(request.query), { of: 'files', refusal: error });
      }
    },
  );

  app.post<Posted>(
    '/ui/sources/remove',
    { ...isForm, config: { action: sheetActions.remove, page: sourcesPage.path } },
    async (request, reply) => {
      sheetUploads.remove(request.body?.sheet ?? '', requester(request));
      if (request.headers['hx-request'] === undefined) return reply.redirect(url(sourcesPage.path), 303);
      replaceAddress(reply);
      return sendFiles(reply);
    },
  );
}

/** The address of the page names the chosen file, so that a reload keeps it. */
function replaceAddress(reply: FastifyReply, sheet?: string) {
  const current = String(reply.request.headers['hx-current-url'] ?? '');
  if (!URL.canParse(current) || new URL(current).pathname !== sourcesPage.path) return;
  reply.header('hx-replace-url', url(sourcesPage.path, { sheet }));
}
