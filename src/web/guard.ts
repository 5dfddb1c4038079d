// Guards every route, including static files, the stream and 404: refuses requests that another site's page in the
// operator's browser could send (rebinding, cross-site posts and loads), and changes that would be lost. Runs before any
// body is read.
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../core/config.ts';
import type { DataRoot } from '../core/data-root.ts';
import { AppError } from '../core/errors.ts';
import { isHost, ownHosts } from '../core/host.ts';
import type { Authenticate } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import { auditGuard, isSafe } from './request-audit.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A page that other sites may link to. */
    isPage?: boolean;
  }
}

/** `allowedHosts` are those of the setting; the server's own addresses, with that of `host`, are always allowed. */
type Hosts = { config: Pick<Config, 'allowedHosts' | 'host'> };

type Options = Hosts &
  Pick<Kernel, 'audit' | 'dataRoot'> & { authenticate: Pick<Authenticate, 'isRequired'> };

export function registerGuard(app: FastifyInstance, options: Options) {
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    const refusal =
      refuseHost(request, options) ??
      refuseTarget(request) ??
      refuseOrigin(request, options) ??
      refuseChange(request, options.dataRoot);
    if (!refusal) return;
    if (!isOpen(options)) request.identity = null;
    auditGuard(options.audit, request, refusal);
    throw refusal;
  });
}

/** Whether a name in X-Actor may be believed without a token; not while the tokens cannot be read. */
function isOpen({ authenticate }: Pick<Options, 'authenticate'>): boolean {
  try {
    return !authenticate.isRequired();
  } catch {
    return false;
  }
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

/** Compares the raw header and requires exactly one: parsed host names are fooled by `127.0.0.1:8000@evil.test`. */
function refuseHost(request: FastifyRequest, { config }: Hosts): AppError | null {
  const sent = request.raw.headersDistinct.host ?? [];
  const host = (sent[0] ?? '').toLowerCase();
  const { allowedHosts } = config;
  const hosts = [...ownHosts(request.socket.localPort, config.host), ...allowedHosts];
  if (sent.length === 1 && hosts.includes(host)) return null;
  const open = `Open this page at one of these addresses: ${hosts.join(', ')}.`;
  return new AppError('host_not_allowed', sent.length === 1 ? open + remedy(host, allowedHosts) : open);
}

/** Names the setting that allows a host; empty for a text that no browser sends as one. */
function remedy(host: string, allowedHosts: string[]): string {
  if (!isHost(host)) return '';
  const value = [...new Set([...allowedHosts, host])].join(',');
  return ` If ${host} is your own address of this server, e.g. of a tunnel or a proxy, set CHL_ALLOWED_HOSTS=${value} and restart the server.`;
}

function refuseTarget({ raw }: FastifyRequest): AppError | null {
  if (raw.url?.startsWith('/')) return null;
  return new AppError('bad_target', 'The request target must be a path that can be decoded.');
}

function refuseOrigin(request: FastifyRequest, { config }: Hosts): AppError | null {
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const isSameSite = site === undefined || site === 'same-origin';
  if (isSafe(request)) {
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (!isForeign || isNavigation(request)) return null;
  } else if (isSameSite && (origin === undefined || originsOf(request, config).includes(origin))) {
    return null;
  }
  const host = isSameSite && origin !== undefined ? hostOf(origin) : '';
  const open = `The request came from another site and was refused. Open this page at ${ownHosts(request.socket.localPort)[0]}.`;
  return new AppError('cross_origin', open + remedy(host, config.allowedHosts));
}

/** A change that is written while the data folder is away could not be found later. One may still sign in to see that, look
 *  again, and mute. */
function refuseChange(request: FastifyRequest, dataRoot: DataRoot): AppError | null {
  const { action } = request.routeOptions.config;
  const isAllowed =
    action?.role === 'anyone' || action?.changes === 'findings' || action?.changes === 'browser';
  const problem = isSafe(request) || isAllowed ? null : dataRoot.findProblem();
  return problem ? new AppError('temporary', `${problem.text} Nothing was changed.`) : null;
}

/** A proxy before this server may add TLS, so an allowed host may also have a page with https. */
function originsOf({ socket }: FastifyRequest, { allowedHosts, host }: Hosts['config']): string[] {
  const secure = allowedHosts.map((host) => `https://${host}`);
  return [
    ...[...ownHosts(socket.localPort, host), ...allowedHosts].map((host) => `http://${host}`),
    ...secure,
  ];
}

function hostOf(origin: string): string {
  return /^https?:\/\/(.*)$/.exec(origin)?.[1] ?? '';
}

function isNavigation({ headers, routeOptions }: FastifyRequest): boolean {
  const isTopLevel = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return isTopLevel && routeOptions.config.isPage === true;
}
