// Builds the HTTP side: the guard first, then errors, views, and the routes of every feature.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import cookie from '@fastify/cookie';
import view from '@fastify/view';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { ofText } from '../core/cache.ts';
import { packageRoot } from '../core/config.ts';
import { registerActions } from './actions.ts';
import { reportAnswered } from './answered.ts';
import { registerAssets } from './assets.ts';
import { registerBodyTime } from './body-time.ts';
import { registerCards } from './card-routes.ts';
import { type Cards, createCards } from './cards.ts';
import { registerCompression } from './compress.ts';
import { registerConnectionLimit } from './connections.ts';
import { collectActions } from './declared-actions.ts';
import { prefersJson, registerErrors } from './errors.ts';
import type { HoldBack } from '../core/hold-back.ts';
import { createEverywhereRenderer } from './everywhere.ts';
import type { Authenticate } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import type { HasStream, Mounted, Page, Signal } from './feature.ts';
import { collectForms } from './form-address.ts';
import { registerForms } from './forms.ts';
import { readTarget, registerGuard } from './guard.ts';
import { registerLanding } from './landing.ts';
import { registerAlive } from './alive.ts';
import { registerApiConventions } from './api-conventions.ts';
import { registerIdentify } from './identify.ts';
import { countRequests, registerMetrics } from './metrics.ts';
import { createNav, type Tab } from './nav.ts';
import { registerOpenApi } from './openapi.ts';
import { registerPage } from './page.ts';
import { createApiAddress, createPages } from './pages.ts';
import { registerPreferences } from './preferences.ts';
import { registerStreamRoute } from './stream/route.ts';
import { redactAnswers } from './redact.ts';
import { auditRequests } from './request-audit.ts';
import { createStream, type Stream } from './stream/stream.ts';
import { createGlobals } from './template-globals.ts';
import { schemaController } from './validation.ts';
import { beginTraces, traceBodies } from './trace-requests.ts';
import { createViews } from './views.ts';

const bodyMaxBytes = 1024 * 1024;
const requestMaxMs = 30_000;

/** The stream is closed with the server. */
export async function createServer(
  kernel: Kernel,
  mounted: Mounted[],
): Promise<{ server: FastifyInstance; stream: Stream }> {
  const { config, audit, descriptors, dataRoot, redactor } = kernel;
  const declaredPages = mounted.flatMap(({ feature }) => feature.pages ?? []);
  const app = createFastify(kernel, declaredPages);
  const nav = createNav(mounted);
  const actions = collectActions(app);
  const assertPages = collectForms(app);
  const { registry, count } = countRequests();
  const observers = mounted.flatMap(({ feature, ctx }) => feature.onAnswered?.(ctx) ?? []);
  reportAnswered(app, kernel, [count, ...observers]);
  beginTraces(app, kernel.tracing);
  registerLanding(app, nav[0]?.href ?? '/');
  registerApiConventions(app);
  auditRequests(app, audit);
  const authenticate = authenticateOf(mounted);
  registerGuard(app, { config, dataRoot, audit, authenticate });
  registerBodyTime(app, requestMaxMs);
  registerConnectionLimit(app, descriptors);
  registerErrors(app);
  app.removeContentTypeParser('text/plain');
  redactAnswers(app, redactor);
  await registerCompression(app);
  await app.register(cookie);
  const holdBack = holdBackOf(mounted);
  registerIdentify(app, authenticate, holdBack);
  traceBodies(app);
  await registerForms(app);
  await registerViews(app, kernel, createGlobals(actions, holdBack.current));
  await registerAssets(app);
  await registerOpenApi(app);
  registerMetrics(app, registry, { mode: config.mode, mounted });

  const cards = createCards(
    [
      ...mounted.flatMap(({ feature, ctx }) =>
        (feature.cards?.(ctx) ?? []).map((card) => ({ folder: feature.name, card })),
      ),
      ...nav.flatMap(({ badge }) => (badge ? [{ folder: 'shared', card: badge }] : [])),
    ],
    async (template, data) => redactor.mask(await app.view(template, data)),
  );
  const pages = createPages(declaredPages, cards);
  const defaultTopics = pages.topicsOf(nav[0]?.href);
  const hasStream = hasStreamOf(mounted);
  const signals = signalsOf(mounted);
  const stream = createStream(kernel, { authenticate, cards, signals, defaultTopics, hasStream });
  app.addHook('preClose', async () => stream.close());

  registerParts(app, { nav, cards, hasStream }, kernel);
  registerActions(app, cards, pages);
  registerPreferences(app, nav);
  registerCards(app, cards);
  registerStreamRoute(app, stream);
  for (const { feature, ctx } of mounted) await feature.routes?.(app, ctx);
  assertPages();
  registerAlive(app);
  return { server: app, stream };
}

async function registerViews(
  app: FastifyInstance,
  { caches }: Pick<Kernel, 'caches'>,
  globals: ReturnType<typeof createGlobals>,
) {
  const root = path.join(packageRoot, 'views');
  // Without `production` the plugin recompiles every template at each include.
  const eta = createViews(root, globals, caches);
  await app.register(view, { engine: { eta }, root, viewExt: 'eta', production: true });
}

/** The pages, with the parts that every page has. */
function registerParts(
  app: FastifyInstance,
  { nav, cards, hasStream }: { nav: Tab[]; cards: Cards; hasStream: HasStream },
  { bus, caches, config }: Kernel,
) {
  const kept = caches.create<string>('pages', {
    ...ofText,
    reads: 'admin',
    about: 'The tabs and the notices that every page has, until they change.',
    entries: 100,
    bytes: 4 * 1024 * 1024,
  });
  const renderEverywhere = createEverywhereRenderer(app, cards, { bus, kept });
  registerPage(app, { nav, config, renderEverywhere, hasStream, kept });
}

function authenticateOf(mounted: Mounted[]): Authenticate {
  const [authenticate, ...others] = mounted.flatMap(({ feature, ctx }) => feature.authenticate?.(ctx) ?? []);
  if (authenticate && others.length === 0) return authenticate;
  throw new Error('Exactly one feature in src/features.ts must declare `authenticate`.');
}

function holdBackOf(mounted: Mounted[]): HoldBack {
  const [holdBack, ...others] = mounted.flatMap(({ feature, ctx }) => feature.holdsBack?.(ctx) ?? []);
  if (holdBack && others.length === 0) return holdBack;
  throw new Error('Exactly one feature in src/features.ts must declare `holdsBack`.');
}

function hasStreamOf(mounted: Mounted[]): HasStream {
  const [hasStream, ...others] = mounted.flatMap(({ feature, ctx }) => feature.hasStream?.(ctx) ?? []);
  if (hasStream && others.length === 0) return hasStream;
  throw new Error('Exactly one feature in src/features.ts must declare `hasStream`.');
}

function signalsOf(mounted: Mounted[]): Signal[] {
  return mounted.flatMap(({ feature, ctx }) => feature.signals?.(ctx) ?? []);
}

function createFastify({ log }: Kernel, pages: Page[]): FastifyInstance {
  const apiAddress = createApiAddress(pages);
  return fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => randomUUID().slice(0, 8),
    bodyLimit: bodyMaxBytes,
    // body-time.ts limits bodies.
    requestTimeout: 0,
    http: { headersTimeout: requestMaxMs },
    forceCloseConnections: true,
    // The framework would answer a longer parameter before the guard; this is the limit of the headers.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    rewriteUrl: (request) => {
      const target = readTarget(request);
      return prefersJson(request.headers) ? apiAddress(target) : target;
    },
    schemaController,
    exposeHeadRoutes: true,
  }) as unknown as FastifyInstance;
}
