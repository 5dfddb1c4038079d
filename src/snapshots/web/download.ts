// Streams the live index as a ZIP, and audits the download at its end.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeDownload, sendDownload, sendNothing } from '../../web/download.ts';
import { requester } from '../../web/requester.ts';
import { openDownload } from '../download.ts';
import type { SnapshotContext } from '../parts.ts';

/** Throws `index_missing`. HEAD opens and closes the files, and reads none. */
export async function answerDownload(
  ctx: Pick<SnapshotContext, 'config' | 'liveIndex' | 'audit' | 'log' | 'untilFree'>,
  request: FastifyRequest<{ Querystring: { backup?: string } }>,
  reply: FastifyReply,
) {
  const opened = await openDownload(ctx.config.indexFolder, ctx.liveIndex, {
    withBackup: request.query.backup !== '0',
    maxBytes: ctx.config.snapshotMaxBytes,
  });
  const { fileName, bytes, generation } = opened;
  const download = { fileName, bytes, type: 'application/zip' };
  if (request.method === 'HEAD') {
    opened.close();
    return sendNothing(describeDownload(reply, download));
  }
  const audited = { ...download, event: 'snapshot.download', target: generation };
  return sendDownload(reply, await opened.stream(), audited, { ...ctx, by: requester(request) });
}
