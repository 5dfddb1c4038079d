import type { FastifyInstance } from 'fastify';
import { integerSchema, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import type { UploadedSheet } from '../../sheets/uploaded.ts';
import { requester } from '../../web/requester.ts';
import { sheetActions } from '../actions.ts';
import type { SourceContext } from '../parts.ts';
import { receiveSheet } from './receive-sheet.ts';

const texts = { type: 'array', items: textSchema };

const sheetSchema = objectSchema({
  sheet_id: textSchema,
  file_name: textSchema,
  kind: { type: 'string', enum: ['files', 'zip', 'xlsx'] },
  bytes: integerSchema,
  tabs: {
    type: 'array',
    items: objectSchema({ name: textSchema, rows: integerSchema, headers: texts }),
  },
  warnings: texts,
});

const uploadSchema = {
  summary: 'Uploads a sheet for an import.',
  description:
    'A form (multipart/form-data) whose field `file` is a workbook (.xlsx), a ZIP of CSV files, or up to three CSV files, after an optional `reason`. It is read and checked before the answer; `import` takes its `sheet_id` as `sheet`. It is kept for an hour after its last use.',
  response: { 201: sheetSchema, ...refusals },
};

const removeSchema = {
  summary: 'Removes an uploaded sheet that no unfinished job reads.',
  response: { 200: sheetSchema, ...refusals },
};

const uploads = { schema: uploadSchema, config: { isUpload: true, action: sheetActions.upload } };
const removes = { schema: removeSchema, config: { action: sheetActions.remove } };

/** Register where multipart forms are parsed. */
export function registerSheetsApi(app: FastifyInstance, ctx: SourceContext) {
  app.post('/api/v1/sheets', uploads, async (request, reply) => {
    const sheet = await receiveSheet(ctx, request, reply);
    return reply.code(201).send(showSheet(sheet));
  });

  app.delete<{ Params: { id: string } }>('/api/v1/sheets/:id', removes, (request) =>
    showSheet(ctx.sheetUploads.remove(request.params.id, requester(request))),
  );
}

function showSheet({ sheet_id, file_name, kind, bytes, tabs, warnings }: UploadedSheet) {
  return { sheet_id, file_name, kind, bytes, tabs, warnings };
}
