// Streams the live index as a ZIP, and audits the download at its end.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { openDownload } from '../download.ts';
import { requester } from '../../web/requester.ts';
import type { SnapshotContext } from '../parts.ts';

/** Throws `index_missing`. HEAD opens and closes the files, and reads none. */
export async function answerDownload(
  { config, liveIndex, audit, log }: Pick<SnapshotContext, 'config' | 'liveIndex' | 'audit' | 'log'>,
  request: FastifyRequest<{ Querystring: { backup?: string } }>,
  reply: FastifyReply,
) {
  const download = await openDownload(config.indexFolder, liveIndex, {
    withBackup: request.query.backup !== '0',
    maxBytes: config.snapshotMaxBytes,
  });
  reply
    .type('application/zip')
    .header('content-length', download.bytes)
    .header('content-disposition', `attachment; filename="${download.fileName}"`);
  if (request.method === 'HEAD') {
    download.close();
    return reply.send(Readable.from([]));
  }
  const zip = await download.stream();
  let bytes = 0;
  zip.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  zip.pause();
  zip.once('error', (error) => log.warn({ err: error }, 'a download of the index was interrupted'));
  const by = requester(request);
  reply.raw.once('close', () => {
    const isWhole = bytes === download.bytes && reply.raw.writableFinished;
    audit.record({
      event: 'snapshot.download',
      outcome: isWhole ? 'ok' : 'failed',
      by,
      target: download.generation,
      detail: { bytes, file_name: download.fileName, ...(isWhole ? {} : { code: 'aborted' }) },
    });
  });
  return reply.send(zip);
}
