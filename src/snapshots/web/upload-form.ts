// The multipart form of a snapshot upload: its fields come first, then the file, which is never held in memory.
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Requester } from '../../core/audit.ts';
import { AppError } from '../../core/errors.ts';
import { requester } from '../../web/requester.ts';
import { isFileField, noFile, receiveUpload } from '../../web/upload-form.ts';
import type { SnapshotContext } from '../parts.ts';
import type { Staged } from '../staging.ts';
import type { Upload } from '../upload.ts';
import { assertInstall, type InstallFields } from './install.ts';

/** The types that browsers send for a ZIP; the operating system decides which. */
const zipType = /^(application|multipart)\/(x-)?(zip(-compressed)?|compressed|octet-stream)$/;

/** Returns the fields and the staged snapshot. Checks reason and word, if given, before it reads the file. When it throws,
 *  nothing of the upload is kept. */
export async function receiveSnapshot(
  ctx: SnapshotContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ form: InstallFields; staged: Staged }> {
  const { descriptors, uploads, config } = ctx;
  const form: Record<string, string> = {};
  return receiveUpload(request, reply, {
    descriptors,
    what: 'the snapshot',
    maxBytes: config.snapshotMaxBytes,
    open: uploads.open,
    read: (upload, parts, signal) => readParts(ctx, parts, { form, upload, signal, by: requester(request) }),
    close: (upload, error) => upload.close(error),
  });
}

type Reading = { form: Record<string, string>; upload: Upload; signal: AbortSignal; by: Requester };

async function readParts(
  ctx: SnapshotContext,
  parts: AsyncIterable<Multipart>,
  { form, upload, signal, by }: Reading,
): Promise<{ form: InstallFields; staged: Staged }> {
  for await (const part of parts) {
    if (part.type === 'field') {
      readField(form, part);
      continue;
    }
    assertZip(part);
    assertInstall(ctx, form, by);
    return { form, staged: await upload.receive(part.filename, part.file, signal) };
  }
  throw noFile('The form has no file. Choose the ZIP of a snapshot, then upload it.');
}

function readField(
  form: Record<string, string>,
  { fieldname, value }: Extract<Multipart, { type: 'field' }>,
) {
  if (!['reason', 'confirm', 'when_locked'].includes(fieldname) || typeof value !== 'string') {
    const name = JSON.stringify(fieldname.slice(0, 40));
    throw new AppError(
      'bad_request',
      `The form has an unknown field ${name}. Known: reason, confirm, when_locked, then file.`,
    );
  }
  if (value.trim() !== '') form[fieldname] = value;
}

function assertZip(part: MultipartFile) {
  const { mimetype, filename } = part;
  if (!isFileField(part, 'snapshot')) {
    throw new AppError('bad_request', 'Send the file in the field file, after reason and confirm.');
  }
  if (filename === '' || filename === undefined) {
    throw noFile('No file was chosen. Choose the ZIP of a snapshot, then upload it.');
  }
  if (zipType.test(mimetype)) return;
  throw new AppError(
    'unsupported_media_type',
    `${filename.slice(0, 120)} is not a ZIP file: it was sent as ${mimetype}. Upload the ZIP of a snapshot (application/zip).`,
  );
}
