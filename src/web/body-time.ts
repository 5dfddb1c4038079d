// How long the body of a request may take. Node's own limit is one for all requests; an upload of a large file takes as
// long as it takes, but it must go on.
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body may take long, as long as it comes. */
    isUpload?: boolean;
  }
}

/** An upload that brings less than this in so much time is ended. */
const uploadPace = { bytes: 640 * 1024, everyMs: 10_000 };

/** A body that is not there after `maxMs` ends its connection; the answer may have been sent long before. */
export function registerBodyTime(app: FastifyInstance, maxMs: number) {
  app.addHook('onRequest', async (request) => {
    const { raw } = request;
    if (raw.complete || !hasBody(request)) return;
    const timer = request.routeOptions.config.isUpload
      ? setInterval(stallCheck(request), uploadPace.everyMs)
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
    if (!raw.complete && bytesRead - seen < uploadPace.bytes) raw.destroy();
    seen = bytesRead;
  };
}
