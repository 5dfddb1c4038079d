// Builds the HTTP side: the gate first, then errors, views, and every route. Knows nothing of processes or files.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import view from '@fastify/view';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { packageRoot } from '../core/config.ts';
import { registerHealth } from './health.ts';
import { registerIndexApi } from '../search/web/api.ts';
import { registerJobsApi } from '../jobs/web/api.ts';
import { registerOperationsApi } from '../operations/web/api.ts';
import { registerSnapshotApi } from '../snapshots/web/api.ts';
import { registerQueueApi } from '../queue/web/api.ts';
import { registerWorkersApi } from '../workers/web/api.ts';
import { registerTelemetryApi } from '../telemetry/web/api.ts';
import { registerAssets } from './assets.ts';
import { registerBodyTime } from './body-time.ts';
import { registerConnectionLimit } from './connections.ts';
import { registerErrors } from './errors.ts';
import { registerOpenApi } from './openapi.ts';
import { readTarget, registerGate } from './guard.ts';
import { registerMetrics } from '../telemetry/web/metrics.ts';
import { registerBulkPages } from '../jobs/web/bulk-pages.ts';
import { registerJobPages } from '../jobs/web/pages.ts';
import { registerLibraryPages } from '../search/web/pages.ts';
import { registerOperationsPages } from '../dashboard/web/pages.ts';
import { registerSnapshotPages } from '../snapshots/web/pages.ts';
import { registerWorkersPages } from '../workers/web/pages.ts';
import type { Services } from './services.ts';
import { createStream, type Stream } from './stream/stream.ts';
import { registerStreamRoute } from './stream/route.ts';
import { formLimits } from '../snapshots/web/upload-form.ts';
import { schemaController } from './validation.ts';
import { createViews } from './views.ts';

const bodyMaxBytes = 1024 * 1024;
const requestMaxMs = 30_000;

/** The stream is closed with the server. */
export async function createServer(services: Services): Promise<{ server: FastifyInstance; stream: Stream }> {
  const { config, log, audit } = services;
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => randomUUID().slice(0, 8),
    bodyLimit: bodyMaxBytes,
    // Bodies have a limit of their own: body-time.ts.
    requestTimeout: 0,
    http: { headersTimeout: requestMaxMs },
    forceCloseConnections: true,
    // A longer parameter would be answered by the framework before the gate; the limit is that of the headers.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    rewriteUrl: readTarget,
    schemaController,
    exposeHeadRoutes: true,
  }) as unknown as FastifyInstance;
  registerGate(app, { audit, allowedHosts: config.allowedHosts });
  registerBodyTime(app, requestMaxMs);
  registerConnectionLimit(app, services.descriptors);
  registerErrors(app, services);
  app.removeContentTypeParser('text/plain');
  logRequests(app);
  registerMetrics(app, services);
  await app.register(cookie);
  await app.register(formbody);
  const root = path.join(packageRoot, 'views');
  // Without `production` the plugin has every template compiled anew at each include.
  await app.register(view, { engine: { eta: createViews(root) }, root, viewExt: 'eta', production: true });
  await registerAssets(app);
  await registerOpenApi(app);
  const stream = createStream(app, services);
  app.addHook('preClose', async () => stream.close());
  registerOperationsPages(app, services);
  registerJobPages(app, services);
  registerLibraryPages(app, services);
  registerBulkPages(app, services);
  registerWorkersPages(app, services);
  registerStreamRoute(app, stream);
  registerOperationsApi(app, services);
  registerJobsApi(app, services);
  registerWorkersApi(app, services);
  registerQueueApi(app, services);
  registerIndexApi(app, services);
  registerTelemetryApi(app, services);
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerSnapshotPages(forms, services);
    registerSnapshotApi(forms, services);
  });
  registerHealth(app, services, stream);
  return { server: app, stream };
}

function logRequests(app: FastifyInstance) {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        url: request.originalUrl,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
}
