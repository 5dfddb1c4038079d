// The multipart form of a sheet: one workbook, one ZIP, or up to three CSV files.
import type { Multipart } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { UploadedSheet } from '../../sheets/uploaded.ts';
import { isFileField, noFile, receiveUpload } from '../../web/upload-form.ts';
import type { SourceContext } from '../parts.ts';
import { maxFiles, type SheetUpload } from '../upload.ts';

/** Returns the sheet that is kept. When it throws, nothing of the upload is. */
export function receiveSheet(
  { descriptors, config, sheetUploads }: SourceContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<UploadedSheet> {
  return receiveUpload(request, reply, {
    descriptors,
    what: 'the sheet',
    maxBytes: config.sheetMaxBytes,
    // One more, so that our own error says how many are allowed.
    maxFiles: maxFiles + 1,
    open: sheetUploads.open,
    read: readFiles,
    close: (upload, error) => upload.close(error),
  });
}

async function readFiles(upload: SheetUpload, parts: AsyncIterable<Multipart>, signal: AbortSignal) {
  let files = 0;
  for await (const part of parts) {
    if (part.type === 'field' && part.fieldname === 'reason') continue;
    if (part.type === 'field' || !isFileField(part, 'files')) {
      const name = JSON.stringify(part.fieldname.slice(0, 40));
      throw new AppError(
        'bad_request',
        `The form has an unknown field ${name}. Send each file as file, after the reason.`,
      );
    }
    // A browser sends an empty part when no file was chosen.
    if (!part.filename) part.file.resume();
    else {
      files += 1;
      await upload.add(part.filename, part.file, signal);
    }
  }
  if (files === 0) throw noFile('No file was chosen. Choose a workbook, a ZIP or the three CSV files.');
  return upload.finish(signal);
}
