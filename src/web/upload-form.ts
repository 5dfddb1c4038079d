// Reads an upload, a multipart form whose files are never held in memory. Errors of its parser become refusals.
import type { Multipart } from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Requester } from '../core/audit.ts';
import { assertReadable } from '../core/confirmation.ts';
import type { Descriptors } from '../core/descriptors.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';
import { tooLarge } from '../core/receive-file.ts';
import { span } from '../core/trace.ts';
import { textOrNull } from './api-conventions.ts';
import { assertRoomForUpload } from './connections.ts';
import { readLeadingFields } from './leading-fields.ts';
import { requester } from './requester.ts';

/** Limits of the parser; files are counted as they are written. */
export const formLimits = {
  fields: 5,
  fieldNameSize: 40,
  fieldSize: 2000,
  files: 1,
  parts: 8,
  headerPairs: 50,
};

/** Whether a part is a file in the field of files, which is `file` in every form. `former`: its name in earlier versions, which
 *  programs may still send. */
export function isFileField({ type, fieldname }: Multipart, former: string): boolean {
  return type === 'file' && (fieldname === 'file' || fieldname === former);
}

/** The parts of a form around its files. */
const framingBytes = 64 * 1024;
/** How long an upload that will be refused is read for its reason. */
const patienceMs = 300;
/** How long any other upload is read for its reason before it is counted as one. */
const maxFieldsMs = 10_000;

type UploadForm<Upload, Received> = {
  descriptors: Descriptors;
  /** Follows “Send”: `the snapshot`. */
  what: string;
  /** The limit of each file; a longer one is cut off after it. */
  maxBytes: number;
  /** The most files, if more than one. */
  maxFiles?: number;
  /** `announcedBytes`: the length of the request, 0 if unknown. */
  open: (by: Requester, announcedBytes: number) => Upload;
  /** `signal` is aborted when the client is gone. */
  read: (upload: Upload, parts: AsyncIterable<Multipart>, signal: AbortSignal) => Promise<Received>;
  /** Called in every case; with the error, if there is one. */
  close: (upload: Upload, error?: unknown) => void;
};

/** The reason of the request is known from here on if it comes before the first file, also to the audit row of a refusal. */
export async function receiveUpload<Upload, Received>(
  request: FastifyRequest,
  reply: FastifyReply,
  { descriptors, what, maxBytes, maxFiles = 1, open, read, close }: UploadForm<Upload, Received>,
): Promise<Received> {
  if (!request.isMultipart()) {
    throw new AppError('unsupported_media_type', `Send ${what} as a form (multipart/form-data).`);
  }
  const announcedBytes = Number(request.headers['content-length'] ?? 0);
  const isTooLong = announcedBytes > maxFiles * maxBytes + framingBytes;
  const limits = { ...formLimits, files: maxFiles, fileSize: maxBytes + 1 };
  const options = { limits, throwFileSizeLimit: false };
  const gone = new AbortController();
  const onClose = () => gone.abort();
  let opened: { upload: Upload } | null = null;
  reply.raw.once('close', onClose);
  try {
    const isRefused = isTooLong || !descriptors.hasRoomFor('upload');
    const form = await readLeadingFields(request.parts(options), {
      maxMs: isRefused ? patienceMs : maxFieldsMs,
      onField(field) {
        if (field.fieldname !== 'reason') return;
        field.value = request.maskReason(field.value);
        request.reason = textOrNull(field.value);
      },
    });
    assertReadable(request.reason);
    assertRoomForUpload(descriptors);
    opened = { upload: open(requester(request), announcedBytes) };
    if (isTooLong) throw tooLarge(`The upload is ${formatBytes(announcedBytes)}.`, maxFiles * maxBytes);
    const { upload } = opened;
    const received = await span('file', `Receive ${what}`, () => read(upload, form.all(), gone.signal));
    close(opened.upload);
    return received;
  } catch (error) {
    const refused = toRefusal(error);
    if (opened) close(opened.upload, refused);
    // Discards the rest of the request, for which the parser would wait, so that the client reads the answer.
    request.raw.unpipe();
    request.raw.resume();
    throw refused;
  } finally {
    reply.raw.off('close', onClose);
  }
}

export function noFile(advice: string): AppError {
  return new AppError('bad_request', advice, { code: 'no_file' });
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
