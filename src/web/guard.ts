// Guards every route, including static files, the stream and 404: refuses requests that another site's page in the
// operator's browser could send (rebinding, cross-site posts and loads). Runs before any body is read.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Audit } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { requester } from './requester.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page that other sites may link to. */
    isPage?: boolean;
  }
}

const auditedPerMinute = 20;

export function registerGuard(app: FastifyInstance, options: { audit: Audit; allowedHosts: string[] }) {
  const auditRefusal = createRefusalAudit(options.audit);
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    const hosts = allowedHosts(request, options.allowedHosts);
    const refusal = refuseHost(request, hosts) ?? refuseTarget(request) ?? refuseOrigin(request, hosts);
    if (!refusal) return;
    auditRefusal(request, refusal);
    throw refusal;
  });
}

/** Rewrites an undecodable path to one that the guard refuses, because the framework would answer it before any hook. */
export function readTarget({ url = '' }: IncomingMessage): string {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return url;
  } catch {
    return 'malformed';
  }
}

const headers = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  // With no-referrer, Chromium sends `Origin: null` on plain form posts, and every form without JavaScript would fail.
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

function allowedHosts(request: FastifyRequest, allowedHosts: string[]): string[] {
  const port = request.socket.localPort;
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, ...allowedHosts];
}

/** Compares the raw header and requires exactly one: parsed host names are fooled by `127.0.0.1:8000@evil.test`. */
function refuseHost({ raw }: FastifyRequest, hosts: string[]): AppError | null {
  const sent = raw.headersDistinct.host ?? [];
  const [host = ''] = sent;
  if (sent.length === 1 && hosts.includes(host.toLowerCase())) return null;
  return new AppError('host_not_allowed', `Open this page at one of these addresses: ${hosts.join(', ')}.`);
}

function refuseTarget({ raw }: FastifyRequest): AppError | null {
  if (raw.url?.startsWith('/')) return null;
  return new AppError('bad_target', 'The request target must be a path that can be decoded.');
}

function refuseOrigin(request: FastifyRequest, hosts: string[]): AppError | null {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const isSafe = request.method === 'GET' || request.method === 'HEAD';
  if (isSafe) {
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (!isForeign || isNavigation(request)) return null;
  } else {
    const isSameSite = site === undefined || site === 'same-origin';
    const isAllowedOrigin = origin === undefined || hosts.some((host) => origin === `http://${host}`);
    if (isSameSite && isAllowedOrigin) return null;
  }
  return new AppError('cross_origin', 'The request came from another site and was refused.');
}

function isNavigation({ headers, routeOptions }: FastifyRequest): boolean {
  const isTopLevel = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isTopLevel && routeOptions.config.isPage === true;
}

/** Audits at most 20 refusals per minute, so that an attack cannot fill the log. */
function createRefusalAudit(audit: Audit) {
  let minute = 0;
  let rows = 0;
  let suppressed = 0;
  return (request: FastifyRequest, refusal: AppError) => {
    const refused = { event: 'gate.refused', outcome: 'refused', by: requester(request) } as const;
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) {
      if (suppressed > 0) audit.record({ ...refused, detail: { suppressed } });
      [minute, rows, suppressed] = [now, 0, 0];
    }
    if (rows >= auditedPerMinute) {
      suppressed += 1;
      return;
    }
    rows += 1;
    audit.record({
      ...refused,
      target: `${request.method} ${request.originalUrl}`,
      detail: { code: refusal.code, host: String(request.headers.host).slice(0, 200) },
    });
  };
}
