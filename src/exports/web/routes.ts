// Downloads: the library, the files of an export, and an empty sheet.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fs from 'node:fs';
import { AppError } from '../../core/errors.ts';
import { closedSchema, contentAnswer } from '../../core/schemas.ts';
import { describeDownload, sendDownload, sendNothing } from '../../web/download.ts';
import { requester } from '../../web/requester.ts';
import { exportedBy, openFiles } from '../exported-files.ts';
import type { Format } from '../exported-rows.ts';
import type { ExportContext } from '../parts.ts';
import { contentTypes, packedEndings } from '../sheet-files.ts';
import { readTemplate } from '../template.ts';

type Formatted = { Querystring: { format: Format } };

const querystring = closedSchema({ format: { type: 'string', enum: ['csv', 'xlsx'], default: 'csv' } });

const exportSchema = {
  summary: 'The library as a ZIP of CSV files, or as a workbook (XLSX).',
  description:
    'A job of the operation export makes it; the review sheet stays as it is. Refused while an import runs.',
  querystring,
  response: contentAnswer('application/octet-stream', 'The library.'),
};

const templateSchema = {
  summary: 'An empty sheet with the headers: a workbook (XLSX), or a ZIP of CSV files.',
  querystring,
  response: contentAnswer('application/octet-stream', 'The empty sheet.'),
};

export function registerExportRoutes(app: FastifyInstance, ctx: ExportContext) {
  for (const [path, schema] of [
    ['/api/v1/library/export', exportSchema],
    ['/ui/library/download', { querystring }],
  ] as const) {
    app.get<Formatted>(path, { schema }, (request, reply) => answerLibrary(ctx, request, reply));
  }

  app.get<Formatted>('/api/v1/sheets/template', { schema: templateSchema }, async (request, reply) => {
    const { format } = request.query;
    const bytes = await readTemplate(format);
    const fileName = `chl-template${packedEndings[format]}`;
    return describeDownload(reply, { fileName, type: contentTypes[format], bytes: bytes.length }).send(bytes);
  });

  app.get<{ Params: { number: string } }>('/ui/jobs/:number/files', async (request, reply) => {
    const job = ctx.jobs.find(request.params.number);
    const exported = exportedBy(job);
    if (!exported) throw new AppError('not_found', `Job #${job.number} has written no sheet.`);
    const { close, stream, ...file } = await openFiles(ctx.config, exported);
    if (request.method === 'HEAD') {
      close();
      return sendNothing(describeDownload(reply, file));
    }
    const download = { ...file, event: 'export.download', target: `job:${job.number}` };
    return sendDownload(reply, await stream(), download, { ...ctx, by: requester(request) });
  });
}

/** HEAD makes nothing, so it knows no length. */
async function answerLibrary(ctx: ExportContext, request: FastifyRequest<Formatted>, reply: FastifyReply) {
  const { format } = request.query;
  const fileName = `chl-library-${ctx.now().toISOString().slice(0, 10)}${packedEndings[format]}`;
  const type = contentTypes[format];
  if (request.method === 'HEAD') return sendNothing(describeDownload(reply, { fileName, type, bytes: null }));
  const left = new AbortController();
  reply.raw.once('close', () => left.abort());
  const by = requester(request);
  const { fd, bytes, number } = await ctx.libraryDownloads.make(format, by, left.signal);
  const download = { fileName, type, bytes, event: 'library.download', target: `job:${number}` };
  return sendDownload(reply, fs.createReadStream('', { fd, start: 0 }), download, { ...ctx, by });
}
