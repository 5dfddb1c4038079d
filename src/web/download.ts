// Sends a file to download, and reports at its end whether all of it has arrived.
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { Audit, Requester } from '../core/audit.ts';
import type { UntilFree } from '../core/db/busy-retry.ts';
import type { Log } from '../core/log.ts';
import { logError } from './log-error.ts';

/** `bytes`: null for a file that is made while it is sent. `target`: the subject of the audit row; `detail`: more about it. */
export type Download = {
  fileName: string;
  type: string;
  bytes: number | null;
  event: string;
  target: string;
  detail?: Record<string, unknown>;
};

type Sending = { audit: Audit; log: Log; untilFree: UntilFree; by: Requester };

export function describeDownload(
  reply: FastifyReply,
  { fileName, type, bytes }: Omit<Download, 'event' | 'target' | 'detail'>,
) {
  reply.type(type).header('content-disposition', disposition(fileName));
  if (bytes !== null) reply.header('content-length', bytes);
  return reply;
}

/** The answer to HEAD. */
export function sendNothing(reply: FastifyReply) {
  return reply.send(Readable.from([]));
}

/** Records the download when it has ended, whatever ends it. */
export function sendDownload(
  reply: FastifyReply,
  stream: Readable,
  download: Download,
  { audit, log, untilFree, by }: Sending,
) {
  const { fileName, event, target } = download;
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  stream.pause();
  stream.once('error', (error) => log.warn({ err: error, target }, 'a download was interrupted'));
  const record = () => {
    const isWhole = stream.readableEnded && reply.raw.writableFinished;
    const detail = {
      ...download.detail,
      bytes,
      file_name: fileName,
      ...(isWhole ? {} : { code: 'aborted' }),
    };
    const row = { event, outcome: isWhole ? 'ok' : 'failed', by, target, detail } as const;
    // Nobody waits for it any more.
    untilFree(() => audit.record(row)).catch((error) => {
      logError(reply.request, error, 'a download is not in the audit log', { target });
    });
  };
  // The client may have left while the file was made.
  if (reply.raw.closed) record();
  else reply.raw.once('close', record);
  return describeDownload(reply, download).send(stream);
}

/** With an ASCII name for old programs, and the name itself (RFC 6266). */
function disposition(fileName: string): string {
  const ascii = fileName.replace(/[^\w.-]/g, '_');
  if (ascii === fileName) return `attachment; filename="${fileName}"`;
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
