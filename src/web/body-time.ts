// Limits the time for the body of a request. Node has one limit for all requests, but an upload of a large file may take as
// long as it makes progress.
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take any time while it makes progress. */
    isUpload?: boolean;
  }
}

/** The minimum progress of an upload. */
const minUploadPace = { bytes: 640 * 1024, everyMs: 10_000 };

/** Closes the connection when the body is incomplete after `maxMs`, even if the answer was sent before. */
export function registerBodyTime(app: FastifyInstance, maxMs: number) {
  app.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.complete || !hasBody(request)) return;
    const timer = request.routeOptions.config.isUpload
      ? setInterval(stallCheck(request), minUploadPace.everyMs)
      : setTimeout(() => raw.destroy(), maxMs);
    timer.unref();
    for (const event of ['end', 'close'] as const) raw.once(event, () => clearTimeout(timer));
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function stallCheck({ raw }: FastifyRequest) {
  let seen = raw.socket.bytesRead;
  return () => {
    const { bytesRead } = raw.socket;
    if (!raw.complete && bytesRead - seen < minUploadPace.bytes) raw.destroy();
    seen = bytesRead;
  };
}
