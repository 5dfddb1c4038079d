// The multipart form of a snapshot upload: its fields come first, then the file, which is never held in memory.
import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { assertRoomForUpload } from '../../web/connections.ts';
import { requester } from '../../web/requester.ts';
import type { SnapshotContext } from '../parts.ts';
import type { Staged } from '../staging.ts';
import type { Upload } from '../upload.ts';
import { assertConfirmed, type InstallFields } from './install.ts';

/** Limits of the parser; the file itself is counted as it is written. */
export const formLimits = {
  fields: 5,
  fieldNameSize: 40,
  fieldSize: 2000,
  files: 1,
  parts: 8,
  headerPairs: 50,
};

/** The types that browsers send for a ZIP; the operating system decides which. */
const zipType = /^(application|multipart)\/(x-)?(zip(-compressed)?|compressed|octet-stream)$/;

/** Returns the fields and the staged snapshot. Checks reason and word, if given, before it reads the file. When it throws,
 *  nothing of the upload is kept. */
export async function receiveSnapshot(
  ctx: SnapshotContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ form: InstallFields; staged: Staged }> {
  const { descriptors, uploads } = ctx;
  if (!request.isMultipart()) {
    throw new AppError('unsupported_media_type', 'Send the snapshot as a form (multipart/form-data).');
  }
  assertRoomForUpload(descriptors);
  const upload = uploads.open(requester(request), Number(request.headers['content-length'] ?? 0));
  const gone = new AbortController();
  const onClose = () => gone.abort();
  reply.raw.once('close', onClose);
  const form: Record<string, string> = {};
  try {
    const received = await readParts(ctx, request, { form, upload, signal: gone.signal });
    upload.close();
    return received;
  } catch (error) {
    const refused = toRefusal(error);
    upload.close(refused, form.reason);
    // Discards the rest of the request, so that the client reads the answer.
    request.raw.resume();
    throw refused;
  } finally {
    reply.raw.off('close', onClose);
  }
}

async function readParts(
  ctx: SnapshotContext,
  request: FastifyRequest,
  { form, upload, signal }: { form: Record<string, string>; upload: Upload; signal: AbortSignal },
): Promise<{ form: InstallFields; staged: Staged }> {
  const options = {
    limits: { ...formLimits, fileSize: ctx.config.snapshotMaxBytes + 1 },
    throwFileSizeLimit: false,
  };
  for await (const part of request.parts(options)) {
    if (part.type === 'field') {
      readField(form, part);
      continue;
    }
    assertZip(part);
    assertConfirmed(ctx, form);
    return { form, staged: await upload.receive(part.filename, part.file, signal) };
  }
  throw new AppError('bad_request', 'The form has no file. Choose the ZIP of a snapshot, then upload it.', {
    code: 'no_file',
  });
}

function readField(
  form: Record<string, string>,
  { fieldname, value }: Extract<Multipart, { type: 'field' }>,
) {
  if (!['reason', 'confirm', 'when_locked'].includes(fieldname) || typeof value !== 'string') {
    const name = JSON.stringify(fieldname.slice(0, 40));
    throw new AppError(
      'bad_request',
      `The form has an unknown field ${name}. Known: reason, confirm, then snapshot.`,
    );
  }
  if (value.trim() !== '') form[fieldname] = value;
}

function assertZip({ fieldname, mimetype, filename }: MultipartFile) {
  if (fieldname !== 'snapshot') {
    throw new AppError('bad_request', 'Send the file in the field snapshot, after reason and confirm.');
  }
  if (filename === '' || filename === undefined) {
    throw new AppError('bad_request', 'No file was chosen. Choose the ZIP of a snapshot, then upload it.', {
      code: 'no_file',
    });
  }
  if (zipType.test(mimetype)) return;
  throw new AppError(
    'unsupported_media_type',
    `${filename.slice(0, 120)} is not a ZIP file: it was sent as ${mimetype}. Upload the ZIP of a snapshot (application/zip).`,
  );
}

/** Turns the errors of the parser into refusals: the form is malformed, too long, or incomplete. */
function toRefusal(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message: string };
  if (code === 'FST_MP_PREMATURE_CLOSE')
    return new AppError('bad_request', 'The upload was interrupted. Nothing was kept.', { code: 'aborted' });
  const isForm =
    code?.startsWith('FST_') || (code === undefined && /multipart|part|boundary|header|field/i.test(message));
  if (!isForm) return error;
  return new AppError(
    statusCode === 413 ? 'too_large' : 'bad_request',
    `The form cannot be read: ${message}.`,
  );
}
